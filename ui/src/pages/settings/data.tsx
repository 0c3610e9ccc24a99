/** Taking one's data along, and leaving, with everything that would go said before. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { client, dataOf, setCsrf } from "@/api/client";
import { useMe, useSession } from "@/api/session";
import { Button } from "@/kit/button";
import { Field } from "@/kit/field";
import { Dialog, DialogClose } from "@/kit/overlay";
import { Failed, Skeleton } from "@/kit/states";
import { say } from "@/kit/toasts";
import { Belongings } from "./belongings";
import { Panel } from "./parts";

export default function Data() {
  const { t } = useLingui();
  return (
    <>
      <Panel
        title={t`Take your data along`}
        says={
          <Trans>
            A ZIP with everything you told: as JSON Lines that any Mediatheque reads back, and as tables for
            spreadsheets. The files of your recordings are not in it.
          </Trans>
        }
        action={
          <Button look="primary" asChild>
            <a
              href="/api/users/me/export"
              download="mediatheque.zip"
              onClick={() => say(t`Your data is being packed.`)}
            >
              <Download aria-hidden />
              <Trans>Export</Trans>
            </a>
          </Button>
        }
      />
      <Leave />
    </>
  );
}

function Leave() {
  const { t } = useLingui();
  const { is_demo: isDemo } = useSession();
  const mine = useQuery({
    queryKey: ["belongings"],
    queryFn: async ({ signal }) => dataOf(await client.GET("/api/users/me/belongings", { signal })),
    staleTime: 0,
  });
  return (
    <Panel
      isDanger
      title={t`Delete your account`}
      says={<Trans>At once and for good. What others have stays, and so does the catalogue.</Trans>}
    >
      {mine.data ? (
        <>
          <div className="flex flex-col gap-3">
            <h3 className="text-sm font-semibold">
              <Trans>What would go</Trans>
            </h3>
            <Belongings of={mine.data} />
          </div>
          {mine.data.refused ? (
            <p className="rounded-2xl bg-sunken p-4 text-sm">{mine.data.refused}</p>
          ) : isDemo ? (
            <p className="rounded-2xl bg-sunken p-4 text-sm">
              <Trans>This household is invented, and its members stay for whoever looks around next.</Trans>
            </p>
          ) : (
            <ReallyLeave />
          )}
        </>
      ) : mine.error ? (
        <Failed error={mine.error} onRetry={() => void mine.refetch()} />
      ) : (
        <Skeleton className="h-40" />
      )}
    </Panel>
  );
}

function ReallyLeave() {
  const { t } = useLingui();
  const me = useMe();
  const queries = useQueryClient();
  const [written, setWritten] = useState("");
  const leave = useMutation({
    mutationFn: async () => {
      await client.DELETE("/api/users/me");
    },
    onSuccess: () => {
      setCsrf(null);
      queries.clear();
      // A new document: nothing of the person stays in memory.
      window.location.assign("/sign-in");
    },
  });
  return (
    <Dialog
      title={t`Delete the account of ${me.name}?`}
      description={t`Nothing of it can be brought back. Export your data first if you want to keep it.`}
      trigger={<Button look="danger" className="self-start">{t`Delete my account`}</Button>}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          leave.mutate();
        }}
      >
        <Field
          label={t`Write your name, ${me.name}, to be sure`}
          autoComplete="off"
          value={written}
          error={leave.error?.message}
          onChange={(event) => setWritten(event.target.value)}
        />
        <div className="flex flex-wrap justify-end gap-2">
          <DialogClose asChild>
            <Button>
              <Trans>Stay</Trans>
            </Button>
          </DialogClose>
          <Button type="submit" look="danger" disabled={written.trim() !== me.name || leave.isPending}>
            <Trans>Delete everything of mine</Trans>
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
