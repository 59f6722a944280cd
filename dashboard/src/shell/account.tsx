import { ActionIcon, Group, Menu, Text, UnstyledButton, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { IconDeviceDesktop, IconLogout, IconMoon, IconSelector, IconSun } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { callApi } from "../api/client.ts";
import { sessionQuery } from "../api/queries.ts";
import classes from "./shell.module.css";

const schemes = {
  auto: { next: "light", label: "Follow the system", icon: IconDeviceDesktop },
  light: { next: "dark", label: "Light", icon: IconSun },
  dark: { next: "auto", label: "Dark", icon: IconMoon },
} as const satisfies Record<MantineColorScheme, unknown>;

/** Turns through system, light and dark. */
export const ColorSchemeButton = () => {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { next, label, icon: Icon } = schemes[colorScheme];
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      onClick={() => setColorScheme(next)}
      aria-label={`Appearance: ${label}. Change to ${schemes[next].label}`}
      title={`Appearance: ${label}`}
    >
      <Icon size={18} stroke={1.7} />
    </ActionIcon>
  );
};

/** Who is signed in, and the way out. */
export const Account = () => {
  const { data: session } = useQuery(sessionQuery);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const signOut = useMutation({
    mutationFn: () => callApi("/auth/sign-out", { method: "POST", body: {} }),
    onSuccess: async () => {
      queryClient.clear();
      queryClient.setQueryData(sessionQuery.queryKey, null);
      await navigate({ to: "/sign-in" });
    },
  });
  return (
    <Group className={classes["account"] ?? ""} gap={4} wrap="nowrap" justify="space-between">
      <Menu position="top-start" width={210} shadow="md">
        <Menu.Target>
          <UnstyledButton p={6} miw={0} flex={1} aria-label="Account">
            <Group gap={6} wrap="nowrap">
              <Text size="sm" truncate flex={1}>
                {session?.user.email ?? "…"}
              </Text>
              <IconSelector size={14} aria-hidden />
            </Group>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => signOut.mutate()}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ColorSchemeButton />
    </Group>
  );
};
