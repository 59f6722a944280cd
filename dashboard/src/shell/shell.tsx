import { AppShell, Burger, Group, ScrollArea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { Brand } from "./brand.tsx";
import { Navigation } from "./navigation.tsx";
import { Account } from "./account.tsx";
import { Alerts } from "./alerts.tsx";
import classes from "./shell.module.css";

/** The frame around every page: navigation at the left, on narrow screens behind a button. */
export const Shell = () => {
  const [open, { toggle, close }] = useDisclosure();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const main = useRef<HTMLElement>(null);
  const shown = useRef(path);

  useEffect(() => {
    close();
    if (shown.current === path) return;
    shown.current = path;
    // Screen readers are told of a new page by where the focus goes.
    main.current?.focus({ preventScroll: true });
  }, [path, close]);

  return (
    <AppShell
      layout="alt"
      header={{ height: { base: 52, sm: 0 } }}
      navbar={{ width: 232, breakpoint: "sm", collapsed: { mobile: !open } }}
      padding={0}
    >
      <a href="#main" className={classes["skip"]}>
        Skip to the page
      </a>
      <AppShell.Header hiddenFrom="sm" px="md" className={classes["header"] ?? ""}>
        <Group h="100%" gap="sm">
          <Burger
            opened={open}
            onClick={toggle}
            size="sm"
            aria-label={open ? "Close navigation" : "Open navigation"}
            aria-expanded={open}
          />
          <Brand />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" className={classes["navbar"] ?? ""}>
        <AppShell.Section className={classes["top"] ?? ""}>
          <Group justify="space-between" wrap="nowrap">
            <Brand />
            <Burger opened onClick={close} size="sm" hiddenFrom="sm" aria-label="Close navigation" />
          </Group>
        </AppShell.Section>
        <AppShell.Section grow component={ScrollArea}>
          <Navigation />
        </AppShell.Section>
        <AppShell.Section>
          <Account />
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main ref={main} id="main" tabIndex={-1} className={classes["main"] ?? ""}>
        <div className={classes["page"]}>
          <Alerts />
          <Outlet />
        </div>
      </AppShell.Main>
    </AppShell>
  );
};
