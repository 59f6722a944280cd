import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { callApi } from "../api/client.ts";
import { alertsQuery } from "../api/queries.ts";
import type { AlertView } from "../api/types.ts";
import { describeAlert } from "../format/alert.ts";
import { Ago } from "../parts/ago.tsx";

const Resume = ({ provider }: { readonly provider: string }) => {
  const queryClient = useQueryClient();
  const resume = useMutation({
    mutationFn: () => callApi(`/providers/${provider}/resume`, { method: "POST" }),
    onSuccess: () => Promise.all(["/alerts", "/providers"].map((path) => queryClient.invalidateQueries({ queryKey: [path] }))),
  });
  return (
    <Group gap="xs">
      <Button size="compact-sm" variant="default" loading={resume.isPending} onClick={() => resume.mutate()}>
        Resume
      </Button>
      {resume.error && <Text size="sm">{resume.error.message}</Text>}
    </Group>
  );
};

const OneAlert = ({ alert }: { readonly alert: AlertView }) => {
  const { title, advice } = describeAlert(alert);
  return (
    <Alert
      color="red"
      variant="light"
      radius="md"
      mb="md"
      icon={<IconPlugConnectedX size={18} />}
      title={title}
      styles={{ root: { background: "var(--tern-alert)", border: "1px solid var(--tern-alert-line)" } }}
    >
      <Stack gap={8} align="flex-start">
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {alert.detail}
        </Text>
        <Text size="sm" c="dimmed">
          Since <Ago at={alert.since} />.{advice !== undefined && ` ${advice}`}
        </Text>
        {alert.kind === "provider-paused" && <Resume provider={alert.subject} />}
      </Stack>
    </Alert>
  );
};

/** What waits for an operator, above every page; nothing where all is well, or where it cannot be asked. */
export const Alerts = () => {
  const { data } = useQuery(alertsQuery);
  return data?.items.map((alert) => <OneAlert key={`${alert.kind} ${alert.subject}`} alert={alert} />);
};
