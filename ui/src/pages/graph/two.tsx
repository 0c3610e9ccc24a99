/** Choosing two things: one, the other, and the way to swap them. */
import { useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { ArrowLeftRight, X } from "lucide-react";
import type { ThingView } from "@/api/schema";
import { IconButton } from "@/kit/button";
import { Skeleton } from "@/kit/states";
import { LOOKS, type NodeKind } from "./looks";
import { thingQuery } from "./queries";
import { ThingPicker } from "./thing-picker";

type TwoProps = {
  a: string | undefined;
  b: string | undefined;
  labels: readonly [string, string];
  kinds?: NodeKind[];
  onChange: (a: string | undefined, b: string | undefined) => void;
};

export function Two({ a, b, labels, kinds, onChange }: TwoProps) {
  const { t } = useLingui();
  return (
    <div className="grid items-center gap-2 rounded-2xl border border-line bg-surface p-4 sm:grid-cols-[1fr_auto_1fr] sm:gap-4">
      <End node={a} label={labels[0]} kinds={kinds} onPick={(node) => onChange(node, b)} />
      <IconButton
        label={t`Swap`}
        disabled={!a && !b}
        onClick={() => onChange(b, a)}
        className="justify-self-center"
      >
        <ArrowLeftRight />
      </IconButton>
      <End node={b} label={labels[1]} kinds={kinds} onPick={(node) => onChange(a, node)} />
    </div>
  );
}

type EndProps = {
  node: string | undefined;
  label: string;
  kinds: NodeKind[] | undefined;
  onPick: (node: string | undefined) => void;
};

function End({ node, label, kinds, onPick }: EndProps) {
  const { t } = useLingui();
  if (!node) {
    return (
      <ThingPicker
        label={label}
        placeholder={label}
        {...(kinds ? { kinds } : {})}
        onPick={(thing: ThingView) => onPick(thing.node)}
      />
    );
  }
  return (
    <div className="flex h-10 items-center gap-2.5 rounded-xl bg-sunken pr-1 pl-3">
      <Chosen node={node} />
      <IconButton
        label={t`Choose another`}
        size="small"
        onClick={() => onPick(undefined)}
        className="ml-auto"
      >
        <X />
      </IconButton>
    </div>
  );
}

function Chosen({ node }: { node: string }) {
  const { t } = useLingui();
  const { data, error } = useQuery(thingQuery(node));
  if (error) return <span className="truncate text-sm text-bad">{error.message}</span>;
  if (!data) return <Skeleton className="h-4 w-40" />;
  const look = LOOKS[data.thing.kind];
  return (
    <>
      <look.icon aria-hidden className="size-4 shrink-0" style={{ color: `var(${look.hue})` }} />
      <span className="truncate font-medium">{data.thing.is_you ? t`You` : data.thing.name}</span>
    </>
  );
}
