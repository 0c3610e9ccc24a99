/** What was begun and has not arrived: spoken recordings on this device, and uploads that broke off. */
import { Trans, useLingui } from "@lingui/react/macro";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { FileUp, Mic, Send, Trash2 } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { client } from "@/api/client";
import { queryClient } from "@/api/queries";
import { useMe } from "@/api/session";
import { Button } from "@/kit/button";
import { sayError } from "@/kit/toasts";
import { ago, bytes, duration } from "@/kit/words";
import { uploadsQuery } from "./queries";
import { fileNameOf, forgetSpoken, type Spoken, soundOf, unsent } from "./spoken";
import { sendFiles, sendRecording, useSendings, type Wishes } from "./uploads";

const spokenQuery = (user: number) =>
  queryOptions({
    queryKey: ["spoken", user],
    queryFn: () => unsent(user),
    // A private window may keep nothing: then there is nothing to send.
    retry: false,
  });

/** Send what was spoken; it stays on this device until the server has all of it. */
export async function sendSpoken(spoken: Spoken, wishes: Wishes): Promise<void> {
  const sound = await soundOf(spoken);
  sendRecording(sound, fileNameOf(spoken), `spoken-${spoken.id}`, wishes, () => {
    void forgetSpoken(spoken.id).then(() => queryClient.invalidateQueries({ queryKey: ["spoken"] }));
  });
}

export function Unsent() {
  const me = useMe();
  const spoken = useQuery(spokenQuery(me.id));
  const uploads = useQuery(uploadsQuery);
  const sendings = useSendings();
  const isGoing = (name: string) => sendings.some((one) => one.name === name);
  const left = (spoken.data ?? []).filter((one) => !isGoing(fileNameOf(one)));
  // Of a recording this device still has all of it: it is sent from there.
  const broken = (uploads.data ?? []).filter((one) => !one.is_recording && !isGoing(one.file_name));
  if (left.length + broken.length === 0) return null;
  return (
    <ul className="flex flex-col gap-2">
      {left.map((one) => (
        <SpokenRow key={one.id} spoken={one} />
      ))}
      {broken.map((one) => (
        <BrokenRow
          key={one.id}
          id={one.id}
          name={one.file_name}
          arrived={one.arrived_bytes}
          size={one.size_bytes}
          begunAt={one.begun_at}
        />
      ))}
    </ul>
  );
}

function SpokenRow({ spoken }: { spoken: Spoken }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const forget = () =>
    forgetSpoken(spoken.id)
      .then(() => queries.invalidateQueries({ queryKey: ["spoken"] }))
      .catch(sayError);
  const length = duration(Math.max(1, spoken.durationMs / 1000));
  return (
    <Row icon={<Mic />} title={t`An unsent recording of ${length}, ${ago(spoken.begunAt)}`}>
      <Heard spoken={spoken} />
      {isAsking ? (
        <>
          <span className="text-sm">{t`Delete it for good?`}</span>
          <Button size="small" look="danger" onClick={() => void forget()}>
            <Trans>Delete</Trans>
          </Button>
          <Button size="small" onClick={() => setAsking(false)}>
            <Trans>Keep</Trans>
          </Button>
        </>
      ) : (
        <>
          <Button size="small" look="primary" onClick={() => void sendSpoken(spoken, {}).catch(sayError)}>
            <Send aria-hidden />
            <Trans>Send</Trans>
          </Button>
          <Button size="small" look="quiet" onClick={() => setAsking(true)}>
            <Trash2 aria-hidden />
            <Trans>Delete</Trans>
          </Button>
        </>
      )}
    </Row>
  );
}

/** To be listened to before it is sent. */
function Heard({ spoken }: { spoken: Spoken }) {
  const { t } = useLingui();
  const [url, setUrl] = useState<string>();
  useEffect(() => () => URL.revokeObjectURL(url ?? ""), [url]);
  if (url) {
    return (
      // biome-ignore lint/a11y/useMediaCaption: nobody has written down yet what was spoken a moment ago
      <audio controls autoPlay src={url} aria-label={t`Your recording`} className="h-9 w-56 max-w-full" />
    );
  }
  const listen = async () => setUrl(URL.createObjectURL(await soundOf(spoken)));
  return (
    <Button size="small" onClick={() => void listen().catch(sayError)}>
      <Trans>Listen</Trans>
    </Button>
  );
}

function BrokenRow({
  id,
  name,
  arrived,
  size,
  begunAt,
}: {
  id: string;
  name: string;
  arrived: number;
  size: number;
  begunAt: string;
}) {
  const { t } = useLingui();
  const me = useMe();
  const queries = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const giveUp = async () => {
    await client.DELETE("/api/uploads/{upload_id}", { params: { path: { upload_id: id } } });
    await queries.invalidateQueries({ queryKey: ["archive", "uploads"] });
  };
  return (
    <Row
      icon={<FileUp />}
      title={t`“${name}” broke off ${ago(begunAt)}`}
      note={t`${bytes(arrived)} of ${bytes(size)} have arrived. Choose the same file, and it goes on from there.`}
    >
      <input
        ref={input}
        type="file"
        hidden
        aria-label={name}
        onChange={(event) => {
          sendFiles([...(event.target.files ?? [])], me.id, {});
          event.target.value = "";
        }}
      />
      <Button size="small" look="primary" onClick={() => input.current?.click()}>
        <Trans>Choose the file</Trans>
      </Button>
      <Button size="small" look="quiet" onClick={() => void giveUp().catch(sayError)}>
        <Trans>Give up</Trans>
      </Button>
    </Row>
  );
}

function Row({
  icon,
  title,
  note,
  children,
}: {
  icon: ReactNode;
  title: string;
  note?: string;
  children: ReactNode;
}) {
  return (
    <li className="flex flex-wrap items-center gap-3 rounded-2xl bg-accent-soft p-3 pl-4">
      <span className="text-accent [&_svg]:size-5">{icon}</span>
      <div className="min-w-48 grow">
        <p className="text-sm font-medium">{title}</p>
        {note && <p className="text-sm text-muted">{note}</p>}
      </div>
      <div className="flex flex-wrap items-center gap-2">{children}</div>
    </li>
  );
}
