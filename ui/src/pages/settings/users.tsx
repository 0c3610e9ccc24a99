/** Who has an account, what they may do and see; for administrators. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { ApiProblem, client, dataOf } from "@/api/client";
import type { UserView } from "@/api/schema";
import { sessionQuery, useMe, useSession } from "@/api/session";
import { Button } from "@/kit/button";
import { Choice, Field, Switch } from "@/kit/field";
import { Dialog } from "@/kit/overlay";
import { Failed, Skeleton } from "@/kit/states";
import { say, sayError } from "@/kit/toasts";
import { shortDay } from "@/kit/words";
import { Belongings } from "./belongings";
import { Code, Confirm, Mark, Panel, PanelSkeleton } from "./parts";

export default function Users() {
  const { t } = useLingui();
  const users = useQuery({
    queryKey: ["users"],
    queryFn: async ({ signal }) => dataOf(await client.GET("/api/users", { signal })),
  });
  return (
    <>
      <Registration />
      {users.data ? (
        <Panel title={t`People`} action={<Invite />}>
          <ul className="-my-4 divide-y divide-line">
            {users.data.items.map((user) => (
              <Person key={user.id} user={user} />
            ))}
          </ul>
        </Panel>
      ) : users.error ? (
        <Failed error={users.error} onRetry={() => void users.refetch()} />
      ) : (
        <PanelSkeleton />
      )}
    </>
  );
}

function Registration() {
  const { t } = useLingui();
  const { is_demo: isDemo } = useSession();
  const server = useQuery({
    queryKey: ["server"],
    enabled: !isDemo,
    queryFn: async ({ signal }) => dataOf(await client.GET("/api/server", { signal })),
  });
  // Nobody registers in the demo, whatever the settings say.
  if (isDemo) return null;
  if (server.error) return <Failed error={server.error} onRetry={() => void server.refetch()} />;
  if (!server.data) return <PanelSkeleton className="h-32" />;
  const { registration: isOpen } = server.data;
  return (
    <Panel
      title={t`Registration`}
      says={
        isOpen ? (
          <Trans>
            Whoever reaches this page may make an account. To close it, start the server with{" "}
            <Code>MEDIATHEQUE_REGISTRATION=false</Code>.
          </Trans>
        ) : (
          <Trans>
            Only administrators make accounts. To open it, start the server with{" "}
            <Code>MEDIATHEQUE_REGISTRATION=true</Code>.
          </Trans>
        )
      }
      action={isOpen ? <Mark look="warn">{t`Open`}</Mark> : <Mark look="good">{t`Closed`}</Mark>}
    />
  );
}

function Invite() {
  const { t } = useLingui();
  const queries = useQueryClient();
  const { is_demo: isDemo } = useSession();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const add = useMutation({
    mutationFn: async () => dataOf(await client.POST("/api/users", { body: { name, password } })),
    onSuccess: (user) => {
      setOpen(false);
      setName("");
      setPassword("");
      void queries.invalidateQueries({ queryKey: ["users"] });
      say(t`${user.name} has an account now.`);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  if (isDemo) return null;
  const isTaken = add.error instanceof ApiProblem && add.error.status === 409;
  return (
    <Dialog
      title={t`Add somebody`}
      description={t`Tell them the password; they change it in their settings.`}
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button size="small">
          <UserPlus aria-hidden />
          <Trans>Add somebody</Trans>
        </Button>
      }
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field
          label={t`Name`}
          required
          maxLength={64}
          autoComplete="off"
          value={name}
          error={isTaken ? add.error?.message : undefined}
          onChange={(event) => setName(event.target.value)}
        />
        <Field
          label={t`First password`}
          hint={t`8 characters or more; a sentence is good.`}
          required
          minLength={8}
          autoComplete="new-password"
          value={password}
          error={isTaken ? undefined : add.error?.message}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button
          type="submit"
          look="primary"
          className="self-end"
          disabled={!name.trim() || !password || add.isPending}
        >
          <Trans>Make the account</Trans>
        </Button>
      </form>
    </Dialog>
  );
}

const AGES = ["none", "0", "6", "12", "14", "16", "18"] as const;

function Person({ user }: { user: UserView }) {
  const { t } = useLingui();
  const me = useMe();
  const { is_demo: isDemo } = useSession();
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: async (given: {
      role?: "admin" | "member";
      max_age?: number | null;
      may_see_unrated?: boolean;
    }) =>
      dataOf(
        await client.PATCH("/api/users/{user_id}", { params: { path: { user_id: user.id } }, body: given }),
      ),
    onSuccess: (changed) => {
      queries.setQueryData<{ items: UserView[] }>(
        ["users"],
        (all) => all && { items: all.items.map((one) => (one.id === changed.id ? changed : one)) },
      );
      if (changed.id === me.id)
        queries.setQueryData(sessionQuery.queryKey, (session) => session && { ...session, user: changed });
    },
    onError: sayError,
  });
  const age = user.max_age === null ? "none" : String(user.max_age);
  const ages = AGES.some((one) => one === age) ? AGES : [...AGES, age];
  return (
    <li className="flex flex-col gap-4 py-5">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div>
          <h3 className="flex items-center gap-2 font-sans font-semibold tracking-normal">
            {user.name}
            {user.id === me.id && <Mark look="quiet">{t`You`}</Mark>}
          </h3>
          <p className="text-sm text-muted">
            <Trans>since {shortDay(user.created_at)}</Trans>
          </p>
        </div>
        {user.id !== me.id && !isDemo && <Remove user={user} />}
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <Choice
          label={t`What ${user.name} may do`}
          value={user.role}
          options={[
            { value: "member", label: t`Member` },
            { value: "admin", label: t`Administrator` },
          ]}
          onChange={(role) => change.mutate({ role })}
        />
        <Choice
          label={t`Shown to ${user.name}`}
          value={age}
          options={ages.map((one) => ({
            value: one,
            label: one === "none" ? t`Anything` : t`Rated for ${one} or younger`,
          }))}
          onChange={(chosen) => change.mutate({ max_age: chosen === "none" ? null : Number(chosen) })}
        />
      </div>
      {user.max_age !== null && (
        <Switch
          label={t`Also what nobody has rated for an age`}
          checked={user.may_see_unrated}
          onChange={(may) => change.mutate({ may_see_unrated: may })}
        />
      )}
    </li>
  );
}

function Remove({ user }: { user: UserView }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const remove = async () => {
    await client.DELETE("/api/users/{user_id}", { params: { path: { user_id: user.id } } });
    await queries.invalidateQueries({ queryKey: ["users"] });
    say(t`${user.name} and everything of theirs is gone.`);
  };
  return (
    <Confirm
      trigger={<Button size="small">{t`Delete`}</Button>}
      title={t`Delete the account of ${user.name}?`}
      description={t`At once and for good, with everything of theirs:`}
      action={t`Delete everything of ${user.name}`}
      run={remove}
    >
      <Theirs user={user} />
    </Confirm>
  );
}

function Theirs({ user }: { user: UserView }) {
  const theirs = useQuery({
    queryKey: ["belongings", user.id],
    queryFn: async ({ signal }) =>
      dataOf(
        await client.GET("/api/users/{user_id}/belongings", {
          params: { path: { user_id: user.id } },
          signal,
        }),
      ),
    staleTime: 0,
  });
  if (theirs.error) return <Failed error={theirs.error} onRetry={() => void theirs.refetch()} />;
  return theirs.data ? <Belongings of={theirs.data} /> : <Skeleton className="h-32" />;
}
