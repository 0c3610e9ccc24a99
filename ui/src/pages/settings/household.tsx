/** Who shares their taste, so that lists can be made for several people. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { client, dataOf } from "@/api/client";
import { sessionQuery, useMe } from "@/api/session";
import { Switch } from "@/kit/field";
import { Failed, Skeleton } from "@/kit/states";
import { sayError } from "@/kit/toasts";
import { Panel } from "./parts";

export default function HouseholdSection() {
  const { t } = useLingui();
  const me = useMe();
  const queries = useQueryClient();
  const share = useMutation({
    mutationFn: async (shares: boolean) =>
      dataOf(await client.PATCH("/api/users/me", { body: { shares_taste: shares } })),
    onMutate: (shares) => {
      queries.setQueryData(
        sessionQuery.queryKey,
        (session) =>
          session && { ...session, user: session.user && { ...session.user, shares_taste: shares } },
      );
    },
    onError: (error) => {
      sayError(error);
      void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["household"] }),
  });
  return (
    <>
      <Panel title={t`Sharing your taste`}>
        <Switch
          label={t`Let others count on what I like`}
          hint={
            <Trans>
              Others may then ask for a list for both of you. It tells how much you would like a title, and
              none of those you know. In the graph it shows who is like-minded, and what you both know. Nobody
              else can turn this on for you.
            </Trans>
          }
          checked={me.shares_taste}
          onChange={(shares) => share.mutate(shares)}
        />
      </Panel>
      <Members />
    </>
  );
}

function Members() {
  const { t } = useLingui();
  const household = useQuery({
    queryKey: ["household"],
    queryFn: async ({ signal }) => dataOf(await client.GET("/api/household", { signal })),
  });
  return (
    <Panel title={t`Who shares`}>
      {household.data ? (
        household.data.items.length > 0 ? (
          <ul className="flex flex-wrap gap-x-6 gap-y-4">
            {household.data.items.map((member) => (
              <li key={member.name} className="flex items-center gap-3">
                <span
                  aria-hidden
                  className="grid size-11 place-items-center rounded-full bg-accent-soft font-display text-lg font-bold text-accent"
                >
                  {member.name.slice(0, 1).toLocaleUpperCase()}
                </span>
                <span>
                  <span className="block font-medium">{member.name}</span>
                  {member.is_you && (
                    <span className="block text-sm text-muted">
                      <Trans>That is you</Trans>
                    </span>
                  )}
                </span>
              </li>
            ))}
          </ul>
        ) : (
          <p className="text-muted">
            <Trans>Nobody yet. As soon as two people do, lists for both of them can be asked for.</Trans>
          </p>
        )
      ) : household.error ? (
        <Failed error={household.error} onRetry={() => void household.refetch()} />
      ) : (
        <Skeleton className="h-11 w-48" />
      )}
    </Panel>
  );
}
