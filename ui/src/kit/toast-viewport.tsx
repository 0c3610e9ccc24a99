/** Where news are shown; loaded with the first of them. */
import { useLingui } from "@lingui/react/macro";
import { Undo2, X } from "lucide-react";
import { Toast } from "radix-ui";
import { IconButton } from "./button";
import { cn } from "./classes";
import { forget, type News } from "./toasts";

export default function ToastViewport({ shown }: { shown: readonly News[] }) {
  const { t } = useLingui();
  return (
    <Toast.Provider label={t`News`} swipeDirection="down">
      {shown.map((one) => (
        <Toast.Root
          key={one.id}
          duration={one.action ? 8000 : 5000}
          type={one.isBad ? "foreground" : "background"}
          onOpenChange={(open) => !open && forget(one.id)}
          className={cn(
            "appear flex items-center gap-2 rounded-2xl bg-ink py-2 pr-2 pl-4 text-sm text-paper shadow-high",
            one.isBad && "border-l-4 border-bad",
          )}
        >
          <Toast.Description className="grow py-1.5">{one.text}</Toast.Description>
          {one.action && (
            <Toast.Action asChild altText={one.action.label}>
              <button
                type="button"
                onClick={one.action.run}
                className="inline-flex items-center gap-1.5 rounded-lg px-2.5 py-1.5 font-semibold text-paper underline-offset-4 hover:underline focus-visible:outline-paper"
              >
                <Undo2 aria-hidden className="size-4" />
                {one.action.label}
              </button>
            </Toast.Action>
          )}
          <Toast.Close asChild>
            <IconButton
              label={t`Close`}
              size="small"
              className="text-paper hover:bg-white/15 dark:hover:bg-black/15"
            >
              <X />
            </IconButton>
          </Toast.Close>
        </Toast.Root>
      ))}
      <Toast.Viewport className="fixed right-0 bottom-16 z-70 flex w-full max-w-md flex-col gap-2 p-3 outline-none lg:bottom-0" />
    </Toast.Provider>
  );
}
