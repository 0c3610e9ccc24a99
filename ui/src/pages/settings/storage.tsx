/** What takes how much room: one's own recordings and their quota; for administrators everything and everybody. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { client, dataOf } from "@/api/client";
import type { EverybodysStorage, StorageView } from "@/api/schema";
import { useMe } from "@/api/session";
import { Button } from "@/kit/button";
import { cn } from "@/kit/classes";
import { Failed } from "@/kit/states";
import { bytes, number, percent } from "@/kit/words";
import { Code, Facts, Meter, Panel, PanelSkeleton } from "./parts";

const HUES = ["bg-hue-1", "bg-hue-2", "bg-hue-3", "bg-hue-4", "bg-hue-5", "bg-hue-6", "bg-hue-7"] as const;

export default function Storage() {
  const me = useMe();
  const own = useQuery({
    queryKey: ["storage"],
    queryFn: async ({ signal }) => dataOf(await client.GET("/api/storage", { signal })),
  });
  return (
    <>
      {own.data ? (
        <Own storage={own.data} />
      ) : own.error ? (
        <Failed error={own.error} onRetry={() => void own.refetch()} />
      ) : (
        <PanelSkeleton />
      )}
      {me.role === "admin" && <Everybody />}
    </>
  );
}

function useRoles(): (role: string) => string {
  const { t } = useLingui();
  const names: Record<string, string> = {
    original: t`As you added them`,
    listening: t`Copies to listen to`,
    speech: t`Copies for transcription`,
    thumbnail: t`Pictures`,
    waveform: t`Waveforms`,
    captions: t`Subtitles`,
  };
  return (role) => names[role] ?? role;
}

function Own({ storage }: { storage: StorageView }) {
  const { t } = useLingui();
  const roleName = useRoles();
  const { quota_bytes: quota, bytes: used } = storage;
  const roles = Object.entries(storage.bytes_by_role);
  const whole = quota ?? used;
  return (
    <Panel
      title={t`Your recordings`}
      says={
        quota !== null ? (
          <Trans>
            {bytes(used)} of {bytes(quota)}, {percent(used / quota)}.
          </Trans>
        ) : (
          <Trans>As much as there is room.</Trans>
        )
      }
      action={
        storage.in_trash > 0 && (
          <Button size="small" asChild>
            <Link to="/archive/trash">
              <Trans>Open the trash</Trans>
            </Link>
          </Button>
        )
      }
    >
      <p>
        <span className="tabular font-display text-5xl font-bold tracking-tight">{bytes(used)}</span>{" "}
        <span className="text-muted">
          <Plural value={storage.recordings} one="in # recording" other="in # recordings" />
        </span>
      </p>
      {whole > 0 && (
        <Meter
          label={quota !== null ? t`${percent(used / quota)} of your quota` : t`By what it is`}
          parts={roles.map(([, size], at) => ({
            share: size / whole,
            className: HUES[at % HUES.length] ?? HUES[0],
          }))}
        />
      )}
      <Facts
        facts={[
          ...roles.map(([role, size], at): [ReactNode, ReactNode] => [
            <Named key={role} hue={HUES[at % HUES.length] ?? HUES[0]}>
              {roleName(role)}
            </Named>,
            bytes(size),
          ]),
          ...(storage.in_trash > 0
            ? [
                [
                  <Plural
                    key="trash"
                    value={storage.in_trash}
                    one="Of it in the trash, # recording"
                    other="Of it in the trash, # recordings"
                  />,
                  bytes(storage.trash_bytes),
                ] as const,
              ]
            : []),
          ...(storage.uploading_bytes > 0
            ? [
                [
                  <Trans key="uploads">Set aside for uploads on their way</Trans>,
                  bytes(storage.uploading_bytes),
                ] as const,
              ]
            : []),
        ]}
      />
    </Panel>
  );
}

function Named({ hue, children }: { hue: string; children: ReactNode }) {
  return (
    <span className="inline-flex items-center gap-2">
      <span aria-hidden className={cn("size-2.5 rounded-sm", hue)} />
      {children}
    </span>
  );
}

function Everybody() {
  const { t } = useLingui();
  const all = useQuery({
    queryKey: ["storage", "everybody"],
    queryFn: async ({ signal }) => dataOf(await client.GET("/api/storage/everybody", { signal })),
  });
  if (all.error) return <Failed error={all.error} onRetry={() => void all.refetch()} />;
  if (!all.data) return <PanelSkeleton className="h-96" />;
  const places: Record<string, string> = {
    models: t`Trained models`,
    cache: t`Answers of catalogues, kept`,
    uploads: t`Uploads on their way`,
    exports: t`Exports on their way`,
  };
  const {
    database_bytes: database,
    blob_bytes: blobs,
    free_bytes: free,
    disk_bytes: disk,
    folders,
  } = all.data;
  const parts: [string, number][] = [
    [t`Database`, database],
    [t`Files of recordings`, blobs],
    ...folders
      .filter((folder) => folder.bytes > 0)
      .map((folder): [string, number] => [places[folder.name] ?? folder.name, folder.bytes]),
  ];
  const sum = parts.reduce((total, [, size]) => total + size, 0);
  return (
    <>
      <Panel
        title={t`The whole library`}
        says={
          <Trans>
            In <Code>{all.data.data_dir}</Code>; {bytes(free)} of {bytes(disk)} on this disk are free.
          </Trans>
        }
      >
        <Meter
          label={t`By what it is`}
          parts={parts.map(([, size], at) => ({
            share: size / Math.max(1, sum),
            className: HUES[at % HUES.length] ?? HUES[0],
          }))}
        />
        <Facts
          facts={parts.map(([name, size], at): [ReactNode, ReactNode] => [
            <Named key={name} hue={HUES[at % HUES.length] ?? HUES[0]}>
              {name}
            </Named>,
            bytes(size),
          ])}
        />
      </Panel>
      <PerUser storage={all.data} />
    </>
  );
}

function PerUser({ storage }: { storage: EverybodysStorage }) {
  const { t } = useLingui();
  return (
    <Panel title={t`By person`}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable. */}
      <section aria-label={t`Table by person`} tabIndex={0} className="-mx-2 overflow-x-auto px-2">
        <table className="tabular w-full text-sm">
          <thead className="text-left text-muted">
            <tr>
              <th className="py-2 pr-4 font-medium">{t`Name`}</th>
              <th className="px-4 py-2 text-right font-medium">{t`Events`}</th>
              <th className="px-4 py-2 text-right font-medium">{t`Recordings`}</th>
              <th className="py-2 pl-4 text-right font-medium">{t`Files`}</th>
            </tr>
          </thead>
          <tbody>
            {storage.users.map((user) => (
              <tr key={user.id} className="border-t border-line">
                <th scope="row" className="py-2.5 pr-4 text-left font-medium">
                  {user.name}
                </th>
                <td className="px-4 py-2.5 text-right">{number(user.events)}</td>
                <td className="px-4 py-2.5 text-right">{number(user.recordings)}</td>
                <td className="py-2.5 pl-4 text-right whitespace-nowrap">
                  {bytes(user.bytes)}
                  {user.quota_bytes !== null && (
                    <span className="text-muted"> / {bytes(user.quota_bytes)}</span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Panel>
  );
}
