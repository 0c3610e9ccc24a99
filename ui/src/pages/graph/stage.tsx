/** Where the picture stands: its frame, its zoom, and what is said where there is no picture. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Maximize, Minus, Plus } from "lucide-react";
import { lazy, type ReactNode, Suspense, useRef, useState } from "react";
import { IconButton } from "@/kit/button";
import { cn } from "@/kit/classes";
import { Skeleton } from "@/kit/states";
import type { Dot, DrawingHandle, Line } from "./drawing";

// sigma and graphology are 40 kB that only this picture needs.
const Drawing = lazy(() => import("./drawing").then((module) => ({ default: module.Drawing })));

type StageProps = {
  /** What the picture shows, in words; the same is in the list beside it. */
  label: string;
  dots: readonly Dot[] | undefined;
  lines: readonly Line[];
  focus: string | null;
  /** What everything in the picture is around. */
  centre?: string | undefined;
  onFocus: (node: string | null) => void;
  onOpen: (node: string) => void;
  byGroup?: boolean;
  /** What lies over the picture at its foot. */
  foot?: ReactNode;
  className?: string;
};

export function Stage({
  label,
  dots,
  lines,
  focus,
  centre,
  onFocus,
  onOpen,
  byGroup,
  foot,
  className,
}: StageProps) {
  const { t } = useLingui();
  const handle = useRef<DrawingHandle>(null);
  const [isUnable, setUnable] = useState(() => !hasWebGl());
  return (
    <figure
      aria-label={label}
      className={cn(
        "relative min-h-[24rem] overflow-hidden rounded-2xl border border-line bg-surface",
        className,
      )}
    >
      {isUnable ? (
        <p className="absolute inset-0 grid place-items-center p-8 text-center text-muted">
          <Trans>This browser draws no WebGL, so there is no picture. Everything is in the list.</Trans>
        </p>
      ) : (
        <Suspense fallback={<Skeleton className="absolute inset-0 rounded-none" />}>
          {dots && (
            <Drawing
              ref={handle}
              dots={dots}
              lines={lines}
              focus={focus}
              centre={centre}
              onFocus={onFocus}
              onOpen={onOpen}
              byGroup={byGroup ?? false}
              onUnable={() => setUnable(true)}
            />
          )}
        </Suspense>
      )}
      {!isUnable && (
        <div className="absolute top-3 right-3 flex flex-col gap-1 rounded-xl border border-line bg-raised/90 p-1 backdrop-blur">
          <IconButton label={t`Closer`} size="small" onClick={() => handle.current?.zoom(1.5)}>
            <Plus />
          </IconButton>
          <IconButton label={t`Further away`} size="small" onClick={() => handle.current?.zoom(1 / 1.5)}>
            <Minus />
          </IconButton>
          <IconButton label={t`All of it`} size="small" onClick={() => handle.current?.fit()}>
            <Maximize />
          </IconButton>
        </div>
      )}
      {foot && <figcaption className="absolute inset-x-3 bottom-3 flex flex-wrap gap-2">{foot}</figcaption>}
    </figure>
  );
}

function hasWebGl(): boolean {
  try {
    const context = document.createElement("canvas").getContext("webgl2");
    // A browser gives only so many; this one was a question.
    context?.getExtension("WEBGL_lose_context")?.loseContext();
    return context !== null;
  } catch {
    return false;
  }
}
