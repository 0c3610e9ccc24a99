/** Keys of the keyboard as they are printed: "Ctrl+K" becomes two caps, and so does "g h", one after the other. */
import { cn } from "./classes";

export function Keys({ of, className }: { of: string; className?: string | undefined }) {
  return (
    <span className={cn("inline-flex gap-1", className)}>
      {of.split(/[+ ]/).map((key, at) => (
        <kbd
          // biome-ignore lint/suspicious/noArrayIndexKey: a key may be pressed twice
          key={at}
          className="min-w-5 rounded-md border border-current/30 px-1 text-center font-sans text-[0.7rem] leading-4.5"
        >
          {key}
        </kbd>
      ))}
    </span>
  );
}
