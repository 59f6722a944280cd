import { Alert, Button, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Problem } from "../api/client.ts";

/** A refusal or failure in the server's own words, with the places it names and its code. */
export const ProblemAlert = ({ error, onRetry }: { readonly error: Error; readonly onRetry?: () => void }) => {
  const problem = error instanceof Problem ? error : undefined;
  // What was refused will be refused again.
  const mayRetry = problem === undefined || problem.status === 0 || problem.status === 429 || problem.status >= 500;
  return (
    <Alert
      color="red"
      variant="light"
      radius="md"
      styles={{ root: { background: "var(--tern-alert)", border: "1px solid var(--tern-alert-line)" } }}
      icon={<IconAlertTriangle size={18} />}
      title={problem?.title ?? "Something went wrong"}
      role="alert"
    >
      <Stack gap={6} align="flex-start">
        {error.message !== problem?.title && <Text size="sm">{error.message}</Text>}
        {problem && problem.errors.length > 0 && (
          <ul style={{ margin: 0, paddingInlineStart: 18, fontSize: 14 }}>
            {problem.errors.map(({ path, message }) => (
              <li key={`${path} ${message}`}>
                {path && <code>{path}</code>} {message}
              </li>
            ))}
          </ul>
        )}
        {problem && problem.code !== "unknown" && (
          <Text size="xs" c="dimmed">
            {problem.code}
          </Text>
        )}
        {onRetry && mayRetry && (
          <Button size="compact-sm" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
};
