/** Who is signed in on this page. */
import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { client, dataOf, setCsrf, Unreachable } from "./client";
import { forgetSession, lastSession, rememberSession } from "./last-session";
import type { SessionView as Session } from "./schema";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async ({ signal }) => {
    try {
      return keep(dataOf(await client.GET("/api/session", { signal })));
    } catch (error) {
      // What is spoken into the microphone, and waits to be sent, is on this device: it needs no server to be reached.
      const last = error instanceof Unreachable ? lastSession() : null;
      if (last) return last;
      throw error;
    }
  },
  staleTime: 5 * 60_000,
  // Somebody without a token is who was here last: asked again until the server says so itself.
  refetchInterval: ({ state }) => (state.data?.user && !state.data.csrf ? 5_000 : false),
});

/** Take a session over: its CSRF token goes with every unsafe request from now on. */
export function keep(session: Session): Session {
  setCsrf(session.csrf ?? null);
  rememberSession(session);
  return session;
}

/** The session, loaded before the page by the router. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

/** The signed-in user; pages behind the door have one. */
export function useMe(): NonNullable<Session["user"]> {
  const { user } = useSession();
  if (!user) throw new Error("nobody is signed in");
  return user;
}

/** Ends the session and forgets everything that was loaded for it. */
export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await client.DELETE("/api/session");
    },
    onSuccess: () => {
      setCsrf(null);
      forgetSession();
      queries.clear();
      // A new document: nothing of the person stays in memory.
      window.location.assign("/sign-in");
    },
  });
}
