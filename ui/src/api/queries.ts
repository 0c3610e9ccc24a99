/** One cache of what the API said, and when it is asked again. */
import { QueryClient } from "@tanstack/react-query";
import { ApiProblem, Unreachable } from "./client";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: 10 * 60_000,
      // A refusal is the same the second time; only what did not answer is asked again.
      retry: (count, error) => count < 2 && (error instanceof Unreachable || isPassing(error)),
      refetchOnWindowFocus: false,
      // A library at home answers without the internet, whose absence is all that a browser notices.
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});

function isPassing(error: unknown): boolean {
  return error instanceof ApiProblem && (error.status === 503 || error.status === 429);
}
