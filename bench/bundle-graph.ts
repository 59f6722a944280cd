import path from "node:path";
import { root } from "../scripts/launch/paths.ts";

/** The part of esbuild's metafile that says what ended up in the bundle and why. */
export interface Metafile {
  readonly inputs: Readonly<
    Record<string, { readonly imports: readonly { readonly path: string; readonly kind: string; readonly external?: boolean }[] }>
  >;
  readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>>;
}

export interface BundledModule {
  /** As esbuild names it, relative to the folder it ran in. */
  readonly name: string;
  readonly bytes: number;
}

/** Modules that only the management API needs: none may be evaluated by an isolate that takes events. */
export const isHeavy = ({ name }: BundledModule): boolean => /mjml|better-auth|openapi|(^|\/)workers\/api\//i.test(name);

const bytesOf = (metafile: Metafile): ReadonlyMap<string, number> =>
  new Map(
    Object.values(metafile.outputs).flatMap((output) =>
      Object.entries(output.inputs).map(([name, { bytesInOutput }]) => [name, bytesInOutput] as const),
    ),
  );

/**
 * Modules that are evaluated when the Worker starts: those reached from the entry by imports that are not dynamic.
 * `import()` is where evaluation stops until it is called.
 */
export const modulesAtStart = (metafile: Metafile, entry: string): readonly BundledModule[] => {
  const start = Object.keys(metafile.inputs).find((name) => path.resolve(root, name) === entry);
  if (start === undefined) throw new Error(`${entry} is not in the bundle`);
  const bytes = bytesOf(metafile);
  const seen = new Set<string>([start]);
  for (const name of seen) {
    for (const imported of metafile.inputs[name]?.imports ?? []) {
      if (imported.kind !== "dynamic-import" && imported.external !== true) seen.add(imported.path); // a Set visits what is added while it is walked
    }
  }
  return [...seen].map((name) => ({ name, bytes: bytes.get(name) ?? 0 }));
};
