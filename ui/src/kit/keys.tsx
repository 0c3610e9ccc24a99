/** Keys of the keyboard as they are printed: "Ctrl+K" becomes two caps. */
import { cn } from "./classes";

export function Keys({ of, className }: { of: string; className?: string | undefined }) {
  return (
    <span className={cn("inline-flex gap-1", className)}>
      {of.split("+").map((key) => (
        <kbd
          key={key}
          className="min-w-5 rounded-md border border-current/30 px-1 text-center font-sans text-[0.7rem] leading-4.5"
        >
          {key}
        </kbd>
      ))}
    </span>
  );
}
