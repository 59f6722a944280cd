import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { ProblemAlert } from "./problem-alert.tsx";

interface ConfirmProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly children: ReactNode;
  readonly action: string;
  readonly danger?: boolean;
  readonly busy: boolean;
  readonly error: Error | null;
  readonly onConfirm: () => void;
}

/** Asks before something is done; stays open with the reason when it is refused. */
export const Confirm = ({ opened, onClose, title, children, action, danger, busy, error, onConfirm }: ConfirmProps) => (
  <Modal
    opened={opened}
    onClose={onClose}
    title={title}
    centered
    radius="lg"
    closeButtonProps={{ "aria-label": "Close" }}
    styles={{ title: { fontWeight: 650 } }}
  >
    <Stack>
      <Text size="sm" component="div">
        {children}
      </Text>
      {error && <ProblemAlert error={error} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button onClick={onConfirm} loading={busy} data-autofocus {...(danger ? { color: "red" } : {})}>
          {action}
        </Button>
      </Group>
    </Stack>
  </Modal>
);
