/** Keys with which programs speak for a person: made, shown once, taken away. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Copy, KeyRound } from "lucide-react";
import { type FormEvent, useState } from "react";
import { client, dataOf } from "@/api/client";
import type { KeyView, MadeKey } from "@/api/schema";
import { Button } from "@/kit/button";
import { Field } from "@/kit/field";
import { Failed, Skeleton } from "@/kit/states";
import { say, sayError } from "@/kit/toasts";
import { ago, shortDay } from "@/kit/words";
import { Code, Confirm, Panel } from "./parts";

export default function Keys() {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [made, setMade] = useState<MadeKey | null>(null);
  const keys = useQuery({
    queryKey: ["api-keys"],
    queryFn: async ({ signal }) => dataOf(await client.GET("/api/auth/keys", { signal })),
  });
  const make = useMutation({
    mutationFn: async () => dataOf(await client.POST("/api/auth/keys", { body: { name } })),
    onSuccess: (key) => {
      setMade(key);
      setName("");
      void queries.invalidateQueries({ queryKey: ["api-keys"] });
    },
    onError: sayError,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) make.mutate();
  };
  return (
    <>
      <Panel
        title={t`A new key`}
        says={
          <Trans>
            For a program of yours, such as a home automation or a script. It may do what you may, except
            change your password, make keys and leave.
          </Trans>
        }
      >
        <form onSubmit={submit} className="flex flex-wrap items-end gap-2">
          <Field
            className="grow sm:max-w-80"
            label={t`What it is for`}
            placeholder={t`Home Assistant`}
            maxLength={64}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <Button type="submit" look="primary" disabled={!name.trim() || make.isPending}>
            <Trans>Make a key</Trans>
          </Button>
        </form>
        {made && <Shown made={made} onDone={() => setMade(null)} />}
      </Panel>
      <Panel
        title={t`Your keys`}
        says={
          keys.data &&
          keys.data.items.length > 0 && <Plural value={keys.data.items.length} one="# key" other="# keys" />
        }
      >
        {keys.data ? (
          <List keys={keys.data.items} />
        ) : keys.error ? (
          <Failed error={keys.error} onRetry={() => void keys.refetch()} />
        ) : (
          <Skeleton className="h-16" />
        )}
      </Panel>
    </>
  );
}

function Shown({ made, onDone }: { made: MadeKey; onDone: () => void }) {
  const { t } = useLingui();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(made.key);
      say(t`The key is copied.`);
    } catch {
      say(t`This browser does not let pages copy; select the key and copy it.`, { isBad: true });
    }
  };
  return (
    <div role="status" className="flex flex-col gap-3 rounded-2xl bg-accent-soft p-4">
      <p className="text-sm font-medium">
        <Trans>
          This is the only time that “{made.name}” is shown. Keep it where the program keeps its secrets.
        </Trans>
      </p>
      <p className="rounded-xl bg-surface px-3 py-2.5 font-mono text-sm wrap-anywhere select-all">
        {made.key}
      </p>
      <div className="flex gap-2">
        <Button size="small" look="primary" onClick={() => void copy()}>
          <Copy aria-hidden />
          <Trans>Copy</Trans>
        </Button>
        <Button size="small" onClick={onDone}>
          <Trans>I have it</Trans>
        </Button>
      </div>
    </div>
  );
}

function List({ keys }: { keys: readonly KeyView[] }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  if (keys.length === 0)
    return (
      <p className="flex items-center gap-3 text-muted">
        <KeyRound aria-hidden className="size-5" />
        <Trans>No program speaks for you.</Trans>
      </p>
    );
  const remove = async (key: KeyView) => {
    await client.DELETE("/api/auth/keys/{key_id}", { params: { path: { key_id: key.id } } });
    await queries.invalidateQueries({ queryKey: ["api-keys"] });
    say(t`The key “${key.name}” is worth nothing any more.`);
  };
  return (
    <ul className="divide-y divide-line">
      {keys.map((key) => (
        <li key={key.id} className="flex flex-wrap items-center justify-between gap-3 py-3">
          <div className="min-w-0">
            <p className="font-medium wrap-anywhere">{key.name}</p>
            <p className="mt-0.5 text-sm text-muted">
              <Code>{key.prefix}…</Code> <Trans>made {shortDay(key.created_at)}</Trans>
              {", "}
              {key.last_used_at ? (
                <Trans>last used {ago(key.last_used_at)}</Trans>
              ) : (
                <Trans>never used</Trans>
              )}
            </p>
          </div>
          <Confirm
            trigger={<Button size="small">{t`Delete`}</Button>}
            title={t`Delete the key “${key.name}”?`}
            description={t`The program that uses it is refused from now on.`}
            action={t`Delete the key`}
            run={() => remove(key)}
          />
        </li>
      ))}
    </ul>
  );
}
