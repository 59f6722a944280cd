import type { LinkStatistics, TemplateStatistics } from "../../src/api/statistics.ts";
import { type LinkCountRow, readTemplateLinks } from "../../src/storage/shard/link-counts.ts";
import { shardsOf } from "../../src/storage/shard/shards.ts";
import type { Env } from "../env.ts";

/** Links answered of one step or template. */
const MAX_LINKS = 200;

/** Rows of all shards by step: each link once, most followed first. */
export const foldLinks = (rows: readonly LinkCountRow[]): ReadonlyMap<string, readonly LinkStatistics[]> => {
  const sums = new Map<string, Map<string, LinkStatistics>>();
  for (const { step, template, link, people, clicks, machines, machine_clicks: machineClicks } of rows) {
    const links = sums.get(step) ?? new Map<string, LinkStatistics>();
    sums.set(step, links);
    const before = links.get(`${template}\n${link}`);
    links.set(`${template}\n${link}`, {
      link,
      template,
      people: people + (before?.people ?? 0),
      clicks: clicks + (before?.clicks ?? 0),
      machines: machines + (before?.machines ?? 0),
      machineClicks: machineClicks + (before?.machineClicks ?? 0),
    });
  }
  const mostFirst = (a: LinkStatistics, b: LinkStatistics): number =>
    b.people - a.people || b.clicks - a.clicks || b.machineClicks - a.machineClicks || (a.link < b.link ? -1 : 1);
  return new Map([...sums].map(([step, links]) => [step, [...links.values()].toSorted(mostFirst).slice(0, MAX_LINKS)]));
};

/** Clicks of a template's links, by whichever journey or call its messages were sent. */
export const templateStatistics = async (env: Env, workspace: string, template: string): Promise<TemplateStatistics> => {
  const rows = (await Promise.all(shardsOf(env).map((db) => readTemplateLinks(db, workspace, template)))).flat();
  const links = foldLinks(rows).get("") ?? [];
  return { template, links: links.map(({ template: _template, ...one }) => one) };
};
