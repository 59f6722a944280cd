import { Center } from "@mantine/core";
import { useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { ProblemAlert } from "./problem-alert.tsx";

/** A page that failed (its code could not be loaded, or a bug): said plainly, with a way to try again. */
export const PageCrash = ({ error, reset }: ErrorComponentProps) => {
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <Center p="xl">
      <ProblemAlert error={error instanceof Error ? error : new Error(String(error))} onRetry={retry} />
    </Center>
  );
};
