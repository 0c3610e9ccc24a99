/** The box in which a question is written, with where it is looked for. */
import { useLingui } from "@lingui/react/macro";
import { ArrowUp, Square } from "lucide-react";
import { type RefObject, useState } from "react";
import { IconButton } from "@/kit/button";
import { cn } from "@/kit/classes";
import type { Scope } from "./routes";
import { ScopePicker } from "./scope";

type ComposerProps = {
  field: RefObject<HTMLTextAreaElement | null>;
  placeholder: string;
  scope: Scope;
  onScope: (scope: Scope) => void;
  isAnswering: boolean;
  onAsk: (question: string) => void;
  onStop: () => void;
  className?: string;
};

const LONGEST = 1000;

export function Composer(props: ComposerProps) {
  const { field, placeholder, scope, onScope, isAnswering, onAsk, onStop, className } = props;
  const { t } = useLingui();
  const [text, setText] = useState("");
  const send = () => {
    const question = text.trim();
    if (!question || isAnswering) return;
    setText("");
    onAsk(question);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      className={cn(
        "rounded-3xl border border-line bg-raised p-2 shadow-card transition-colors focus-within:border-strong-line",
        className,
      )}
    >
      <textarea
        ref={field}
        aria-label={t`Your question`}
        placeholder={placeholder}
        rows={1}
        maxLength={LONGEST}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          send();
        }}
        className="field-sizing-content max-h-48 w-full resize-none bg-transparent px-3 pt-2 pb-1 text-lg leading-7 outline-none placeholder:text-muted"
      />
      <div className="flex items-center justify-between gap-2 pl-1">
        <ScopePicker scope={scope} onChange={onScope} />
        {isAnswering ? (
          <IconButton label={t`Stop`} look="plain" onClick={onStop} className="rounded-full">
            <Square fill="currentColor" className="size-3.5!" />
          </IconButton>
        ) : (
          <IconButton
            label={t`Ask`}
            look="primary"
            type="submit"
            disabled={text.trim() === ""}
            className="rounded-full"
          >
            <ArrowUp />
          </IconButton>
        )}
      </div>
    </form>
  );
}
