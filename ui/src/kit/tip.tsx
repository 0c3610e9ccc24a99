/** A word about a control, for those who point at it or reach it by keyboard. */
import { Tooltip } from "radix-ui";
import type { ReactElement } from "react";
import { Keys } from "./keys";

export function Tip({
  text,
  keys,
  children,
}: {
  text: string;
  keys?: string | undefined;
  children: ReactElement;
}) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content
          sideOffset={6}
          collisionPadding={8}
          className="appear z-60 flex max-w-64 items-center gap-2 rounded-lg bg-ink px-2.5 py-1.5 text-xs text-paper shadow-high"
        >
          {text}
          {keys && <Keys of={keys} className="text-paper" />}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
