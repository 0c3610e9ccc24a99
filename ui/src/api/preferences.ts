/** How the person wants the page: asked once, kept, and changed at once. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { client, dataOf } from "./client";
import type { Preferences } from "./schema";

export const NO_PREFERENCES: Preferences = {
  language: "",
  theme: "system",
  remote_images: false,
  views: [],
  remembered: {},
};

export const preferencesQuery = queryOptions({
  queryKey: ["preferences"],
  queryFn: async ({ signal }): Promise<Preferences> =>
    dataOf(await client.GET("/api/users/me/preferences", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

/** The preferences; until they are there, those of somebody who has said nothing. */
export function usePreferences(): Preferences {
  return useQuery({ ...preferencesQuery, enabled: false }).data ?? NO_PREFERENCES;
}

/** Changes some of the preferences: shown at once, taken back if the server refuses. */
export function useChangePreferences() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (changes: Partial<Preferences>) => {
      const now = queries.getQueryData(preferencesQuery.queryKey) ?? NO_PREFERENCES;
      await client.PUT("/api/users/me/preferences", { body: { ...now, ...changes } });
    },
    onMutate: (changes) => {
      const before = queries.getQueryData(preferencesQuery.queryKey);
      queries.setQueryData(preferencesQuery.queryKey, { ...(before ?? NO_PREFERENCES), ...changes });
      return { before };
    },
    onError: (_error, _changes, kept) => {
      if (kept?.before) queries.setQueryData(preferencesQuery.queryKey, kept.before);
    },
  });
}
