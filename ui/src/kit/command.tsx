/** A command for the terminal, to be copied. */
import { useLingui } from "@lingui/react/macro";
import { Check, Copy } from "lucide-react";
import { Fragment, useEffect, useState } from "react";
import { IconButton } from "./button";

export function Command({ text }: { text: string }) {
  const { t } = useLingui();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  // Over plain http from another machine a browser lends no clipboard.
  const canCopy = window.isSecureContext;
  return (
    <div className="flex items-center gap-2 rounded-xl border border-line bg-sunken py-1 pr-1 pl-3.5">
      <code className="min-w-0 grow py-2 font-mono text-sm break-words text-ink select-all">
        {text.split(" ").map((word, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a word is its place
          <Fragment key={place}>
            {place > 0 && " "}
            {/* Else an option is broken after its two dashes. */}
            <span className="whitespace-nowrap">{word}</span>
          </Fragment>
        ))}
      </code>
      {canCopy && (
        <IconButton
          label={isCopied ? t`Copied` : t`Copy the command`}
          size="small"
          onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
        >
          {isCopied ? <Check aria-hidden className="text-good" /> : <Copy aria-hidden />}
        </IconButton>
      )}
    </div>
  );
}
