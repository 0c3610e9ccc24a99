/** Files dropped anywhere on the page, or chosen from the disk. */
import { Trans, useLingui } from "@lingui/react/macro";
import { FileUp } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/kit/button";
import { cn } from "@/kit/classes";

type DropAnywhereProps = { onFiles: (files: readonly File[]) => void };

/** Lies over the whole page while files are dragged across it. */
export function DropAnywhere({ onFiles }: DropAnywhereProps) {
  const [isOver, setOver] = useState(false);
  const latest = useRef(onFiles);
  useEffect(() => {
    latest.current = onFiles;
  });
  useEffect(() => {
    // Every element that is entered tells of it before the one that is left does.
    let depth = 0;
    const withFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const onEnter = (event: DragEvent) => {
      if (!withFiles(event)) return;
      event.preventDefault();
      depth++;
      setOver(true);
    };
    const onOver = (event: DragEvent) => {
      if (!withFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
    };
    const onLeave = () => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const onDrop = (event: DragEvent) => {
      depth = 0;
      setOver(false);
      if (!withFiles(event)) return;
      event.preventDefault();
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length > 0) latest.current(files);
    };
    window.addEventListener("dragenter", onEnter);
    window.addEventListener("dragover", onOver);
    window.addEventListener("dragleave", onLeave);
    window.addEventListener("drop", onDrop);
    return () => {
      window.removeEventListener("dragenter", onEnter);
      window.removeEventListener("dragover", onOver);
      window.removeEventListener("dragleave", onLeave);
      window.removeEventListener("drop", onDrop);
    };
  }, []);
  if (!isOver) return null;
  return (
    <div aria-hidden className="pointer-events-none fixed inset-0 z-60 bg-paper/80 p-4 backdrop-blur-sm">
      <div className="appear grid size-full place-content-center justify-items-center gap-4 rounded-3xl border-3 border-dashed border-accent bg-accent-soft/60">
        <FileUp className="size-16 text-accent" />
        <p className="font-display text-4xl font-semibold">
          <Trans>Drop to import</Trans>
        </p>
      </div>
    </div>
  );
}

/** The place where it begins; smaller once something was chosen. */
export function Door({ isSmall, onFiles }: DropAnywhereProps & { isSmall: boolean }) {
  const { t } = useLingui();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div
      className={cn(
        "flex items-center gap-4 rounded-3xl border-2 border-dashed border-strong-line/50 bg-surface text-center transition-colors hover:border-accent",
        isSmall ? "flex-wrap justify-between px-5 py-4 text-left" : "flex-col px-6 py-12",
      )}
    >
      {!isSmall && (
        <div aria-hidden className="relative h-20 w-32">
          <Sheet className="left-3 -rotate-12 bg-[color-mix(in_oklab,var(--hue-2)_22%,var(--surface))]" />
          <Sheet className="right-3 rotate-12 bg-[color-mix(in_oklab,var(--hue-3)_24%,var(--surface))]" />
          <div className="absolute inset-x-0 top-1 mx-auto grid h-18 w-14 place-items-center rounded-xl border border-line bg-raised text-accent shadow-card">
            <FileUp className="size-7" />
          </div>
        </div>
      )}
      <div className="flex max-w-md flex-col gap-1">
        <p className={cn("font-display font-semibold", isSmall ? "text-lg" : "text-2xl")}>
          {isSmall ? <Trans>Another one?</Trans> : <Trans>Drop your export here</Trans>}
        </p>
        <p className="text-sm text-muted">
          <Trans>
            Anywhere on this page, as it was downloaded, ZIPs too, many at once. Nothing is kept before you
            have seen what it would bring.
          </Trans>
        </p>
      </div>
      <Button look="primary" size={isSmall ? "medium" : "large"} onClick={() => input.current?.click()}>
        <FileUp aria-hidden />
        <Trans>Choose files</Trans>
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={t`Files to import`}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          // The same file may be chosen again after it was taken away.
          event.target.value = "";
          if (files.length > 0) onFiles(files);
        }}
      />
    </div>
  );
}

function Sheet({ className }: { className: string }) {
  return (
    <div className={cn("absolute top-3 h-16 w-12 rounded-lg border border-line shadow-sm", className)}>
      <div className="mx-2 mt-3 h-1 rounded-full bg-ink/25" />
      <div className="mx-2 mt-1.5 h-1 rounded-full bg-ink/15" />
      <div className="mx-2 mt-1.5 h-1 w-1/2 rounded-full bg-ink/15" />
    </div>
  );
}
