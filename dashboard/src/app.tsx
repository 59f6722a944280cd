import { MantineProvider } from "@mantine/core";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { Problem } from "./api/client.ts";
import { sessionQuery } from "./api/queries.ts";
import { createAppRouter } from "./router.ts";
import { theme } from "./theme.ts";

/** A refusal is final; what could not be reached or failed inside is worth another try. */
const retry = (failures: number, error: Error) =>
  failures < 2 && (!(error instanceof Problem) || error.status === 0 || error.status >= 500);

/** A session that ended anywhere brings the sign-in page, which comes back to where it was. */
const onError = (error: Error) => {
  if (!(error instanceof Problem) || error.status !== 401) return;
  queryClient.setQueryData(sessionQuery.queryKey, null);
  void router.invalidate();
};

const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: { queries: { retry, staleTime: 5000 }, mutations: { retry: false } },
});
const router = createAppRouter(queryClient);

/** The dashboard: theme, data, routes. */
export const App = () => (
  <MantineProvider theme={theme} defaultColorScheme="auto">
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </MantineProvider>
);

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
