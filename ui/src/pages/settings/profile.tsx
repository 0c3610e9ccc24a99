/** Who one is, where one can stream, and one's password. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { ApiProblem, client, dataOf } from "@/api/client";
import type { UserView } from "@/api/schema";
import { sessionQuery, useMe, useSession } from "@/api/session";
import { Button } from "@/kit/button";
import { Field } from "@/kit/field";
import { say, sayError } from "@/kit/toasts";
import { day } from "@/kit/words";
import { Facts, Panel } from "./parts";

export default function Profile() {
  const { t } = useLingui();
  const me = useMe();
  const { is_demo: isDemo } = useSession();
  return (
    <>
      <Panel title={me.name}>
        <Facts
          facts={[
            [<Trans key="role">Role</Trans>, me.role === "admin" ? t`Administrator` : t`Member`],
            [<Trans key="since">Here since</Trans>, day(me.created_at)],
            ...(me.max_age === null
              ? []
              : [
                  [
                    <Trans key="age">Shown to you</Trans>,
                    t`what is rated for ${String(me.max_age)} years or younger`,
                  ] as const,
                ]),
          ]}
        />
      </Panel>
      <Services me={me} />
      {!isDemo && <Password />}
    </>
  );
}

function Services({ me }: { me: UserView }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [written, setWritten] = useState("");
  const save = useMutation({
    mutationFn: async (services: string[]) =>
      dataOf(await client.PATCH("/api/users/me", { body: { services } })),
    onSuccess: (user) => {
      queries.setQueryData(sessionQuery.queryKey, (session) => session && { ...session, user });
      void queries.invalidateQueries({ queryKey: ["home"] });
    },
    onError: sayError,
  });
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (!written.trim()) return;
    save.mutate([...me.services, written.trim()]);
    setWritten("");
  };
  const remove = (service: string) => {
    save.mutate(me.services.filter((one) => one !== service));
    say(t`${service} is taken off.`, { action: { label: t`Undo`, run: () => save.mutate(me.services) } });
  };
  return (
    <Panel
      title={t`Where you can stream`}
      says={
        <Trans>
          Films and shows are then recommended that are on one of these. Without any, wherever they are.
        </Trans>
      }
    >
      {me.services.length > 0 && (
        <ul className="flex flex-wrap gap-2">
          {me.services.map((service) => (
            <li
              key={service}
              className="inline-flex items-center gap-1 rounded-full bg-sunken py-1 pr-1 pl-3.5 text-sm"
            >
              {service}
              <button
                type="button"
                aria-label={t`Take ${service} off`}
                onClick={() => remove(service)}
                className="grid size-7 place-items-center rounded-full hover:bg-line"
              >
                <X aria-hidden className="size-3.5" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <form onSubmit={add} className="flex items-end gap-2">
        <Field
          className="grow sm:max-w-72"
          label={t`A service`}
          placeholder={t`Netflix, Disney+, Mubi …`}
          maxLength={100}
          value={written}
          onChange={(event) => setWritten(event.target.value)}
        />
        <Button type="submit" disabled={!written.trim() || save.isPending}>
          <Trans>Add</Trans>
        </Button>
      </form>
    </Panel>
  );
}

function Password() {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: async () => {
      await client.PUT("/api/auth/password", { body: { current_password: current, new_password: next } });
    },
    onSuccess: async () => {
      setCurrent("");
      setNext("");
      await queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
      say(t`Your password is changed. Every other device is signed out.`);
    },
  });
  const { error } = change;
  const isWrong = error instanceof ApiProblem && error.status === 403;
  return (
    <Panel title={t`Password`} says={<Trans>A new one signs out every other device; API keys stay.</Trans>}>
      <form
        className="flex flex-col gap-4 sm:max-w-96"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <Field
          label={t`Current password`}
          type="password"
          autoComplete="current-password"
          required
          value={current}
          error={isWrong ? error.message : undefined}
          onChange={(event) => setCurrent(event.target.value)}
        />
        <Field
          label={t`New password`}
          type="password"
          autoComplete="new-password"
          required
          minLength={8}
          value={next}
          hint={t`8 characters or more; a sentence is good.`}
          error={error && !isWrong ? error.message : undefined}
          onChange={(event) => setNext(event.target.value)}
        />
        <Button
          type="submit"
          look="primary"
          className="self-start"
          disabled={change.isPending || !current || !next}
        >
          <Trans>Change the password</Trans>
        </Button>
      </form>
    </Panel>
  );
}
