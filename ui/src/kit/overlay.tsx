/** What lies over the page: dialogs, drawers from the side, popovers. */
import { useLingui } from "@lingui/react/macro";
import { X } from "lucide-react";
import { Dialog as RadixDialog, Popover as RadixPopover } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { IconButton } from "./button";
import { cn } from "./classes";

type DialogProps = {
  title: string;
  /** A sentence below the title; screen readers hear it when the dialog opens. */
  description?: string;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  /** What opens it; without one it is opened by `open`. */
  trigger?: ReactElement;
  /** "sheet" rises from the bottom at phone width; "side" comes from the right. */
  shape?: "middle" | "sheet" | "side";
  className?: string;
  children: ReactNode;
};

const SHAPES = {
  middle: "inset-x-3 top-[12dvh] mx-auto max-h-[78dvh] max-w-lg rounded-2xl",
  sheet:
    "inset-x-0 bottom-0 max-h-[85dvh] rounded-t-3xl sm:inset-x-3 sm:bottom-auto sm:top-[12dvh] sm:mx-auto sm:max-w-lg sm:rounded-2xl",
  side: "inset-y-0 right-0 w-[min(26rem,92vw)] rounded-l-3xl",
};

export function Dialog({
  title,
  description,
  open,
  onOpenChange,
  trigger,
  shape = "sheet",
  className,
  children,
}: DialogProps) {
  const { t } = useLingui();
  return (
    <RadixDialog.Root {...(open === undefined ? {} : { open })} {...(onOpenChange ? { onOpenChange } : {})}>
      {trigger && <RadixDialog.Trigger asChild>{trigger}</RadixDialog.Trigger>}
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="fixed inset-0 z-50 bg-black/45 backdrop-blur-[2px] [animation:appear_120ms]" />
        <RadixDialog.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          onOpenAutoFocus={beginInForm}
          className={cn(
            "appear fixed z-50 flex flex-col gap-4 overflow-y-auto bg-raised p-5 shadow-high sm:p-6",
            SHAPES[shape],
            className,
          )}
        >
          <header className="flex items-start justify-between gap-4">
            <div>
              <RadixDialog.Title className="text-xl font-semibold">{title}</RadixDialog.Title>
              {description && (
                <RadixDialog.Description className="mt-1 text-sm text-muted">
                  {description}
                </RadixDialog.Description>
              )}
            </div>
            <RadixDialog.Close asChild>
              <IconButton label={t`Close`} hasTip={false} size="small" className="-mt-1 -mr-1">
                <X />
              </IconButton>
            </RadixDialog.Close>
          </header>
          {children}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}

/** What asks for something to be written begins there, and not at the button that closes it. */
function beginInForm(event: Event): void {
  if (!(event.currentTarget instanceof HTMLElement)) return;
  const field = event.currentTarget.querySelector<HTMLElement>(
    "form :is(input:not([type=checkbox], [type=radio], [type=file]), textarea):enabled",
  );
  if (!field) return;
  event.preventDefault();
  field.focus();
}

/** Closes the dialog around it when pressed. */
export const DialogClose = RadixDialog.Close;

type PopoverProps = {
  trigger: ReactElement;
  /** Its name for screen readers. */
  label: string;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  side?: "top" | "right" | "bottom" | "left";
  align?: "start" | "center" | "end";
  className?: string;
  children: ReactNode;
};

export function Popover({
  trigger,
  label,
  open,
  onOpenChange,
  side,
  align,
  className,
  children,
}: PopoverProps) {
  return (
    <RadixPopover.Root {...(open === undefined ? {} : { open })} {...(onOpenChange ? { onOpenChange } : {})}>
      <RadixPopover.Trigger asChild>{trigger}</RadixPopover.Trigger>
      <RadixPopover.Portal>
        <RadixPopover.Content
          aria-label={label}
          side={side}
          align={align}
          sideOffset={8}
          collisionPadding={12}
          className={cn(
            "appear z-50 max-h-(--radix-popover-content-available-height) w-80 max-w-[calc(100vw-1.5rem)] overflow-y-auto rounded-2xl border border-line bg-raised p-4 text-sm shadow-high",
            className,
          )}
        >
          {children}
        </RadixPopover.Content>
      </RadixPopover.Portal>
    </RadixPopover.Root>
  );
}
