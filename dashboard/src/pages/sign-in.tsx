import { Button, Center, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useEffect, type SubmitEvent } from "react";
import { callApi, Problem } from "../api/client.ts";
import { sessionQuery } from "../api/queries.ts";
import { ProblemAlert } from "../parts/problem-alert.tsx";
import { Panel } from "../parts/panel.tsx";
import { ColorSchemeButton } from "../shell/account.tsx";
import { Mark } from "../shell/brand.tsx";

/** A path of this site; an address elsewhere would make the sign-in page a springboard. */
const safePath = (to: string | undefined): string => (to?.startsWith("/") && !to.startsWith("//") && !to.includes("\\") ? to : "/");

/** Sign-in by e-mail and password; then back to where one wanted to go. */
export const SignIn = () => {
  const { to } = useSearch({ from: "/sign-in" });
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const router = useRouter();
  const signIn = useMutation({
    mutationFn: (credentials: { readonly email: string; readonly password: string }) =>
      callApi("/auth/sign-in/email", { method: "POST", body: credentials }),
    onSuccess: async () => {
      queryClient.removeQueries({ queryKey: sessionQuery.queryKey });
      router.clearCache();
      await navigate({ href: safePath(to), replace: true });
    },
  });
  useEffect(() => {
    document.title = "Sign in · Tern";
  }, []);

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    signIn.mutate({ email: String(form.get("email")), password: String(form.get("password")) });
  };
  const wrong = signIn.error instanceof Problem && [400, 401, 403].includes(signIn.error.status);

  return (
    <Center component="main" mih="100dvh" p="md">
      <div style={{ position: "fixed", top: 12, right: 12 }}>
        <ColorSchemeButton />
      </div>
      <Stack w="100%" maw={380} gap="lg">
        <Stack align="center" gap={8}>
          <Mark size={44} />
          <Title order={1}>Sign in to Tern</Title>
        </Stack>
        <Panel>
          <form onSubmit={submit}>
            <Stack py={6}>
              {/* oxlint-disable-next-line jsx-a11y/no-autofocus -- the page has one purpose, and this is where it begins */}
              <TextInput name="email" type="email" label="E-mail" autoComplete="username" required withAsterisk={false} autoFocus />
              <PasswordInput name="password" label="Password" autoComplete="current-password" required withAsterisk={false} />
              <div aria-live="polite">
                {wrong && (
                  <Text size="sm" c="var(--mantine-color-error)">
                    E-mail and password do not match an account.
                  </Text>
                )}
                {signIn.error && !wrong && <ProblemAlert error={signIn.error} />}
              </div>
              <Button type="submit" loading={signIn.isPending} fullWidth>
                Sign in
              </Button>
            </Stack>
          </form>
        </Panel>
        <Text size="xs" c="dimmed" ta="center">
          On your own machine, <code>npm start</code> prints the account to use.
        </Text>
      </Stack>
    </Center>
  );
};
