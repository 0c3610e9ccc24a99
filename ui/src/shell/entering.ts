/** Going in: what an account, a password or the demo opens, and where one goes then. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { client, dataOf } from "@/api/client";
import type { SessionView } from "@/api/schema";
import { keep, sessionQuery } from "@/api/session";

export type Key =
  | { how: "password"; name: string; password: string }
  | { how: "account"; name: string; password: string }
  | { how: "demo"; name: string };

async function turn(key: Key): Promise<SessionView> {
  switch (key.how) {
    case "password":
      return dataOf(await client.POST("/api/session", { body: { name: key.name, password: key.password } }));
    case "account":
      return dataOf(
        await client.POST("/api/session/account", { body: { name: key.name, password: key.password } }),
      );
    case "demo":
      return dataOf(await client.POST("/api/session/demo", { body: { name: key.name } }));
  }
}

/** Signs in; what somebody else or nobody was told before is forgotten first. */
export function useEnter(onIn: (session: SessionView) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: turn,
    onSuccess: (session) => {
      queries.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionQuery.queryKey[0] });
      queries.setQueryData(sessionQuery.queryKey, keep(session));
      onIn(session);
    },
  });
}

/** Whether an address leads to a place of this page, and not out of it: browsers read a backslash as a slash. */
export function isInside(address: unknown): address is string {
  return typeof address === "string" && /^\/(?![/\\])/.test(address);
}
