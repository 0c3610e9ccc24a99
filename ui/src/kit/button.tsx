/** What can be pressed: buttons, and links that look like them. */
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./classes";
import { Tip } from "./tip";

const LOOKS = {
  primary: "bg-accent text-on-accent hover:brightness-110 active:brightness-95 shadow-sm",
  plain: "bg-surface text-ink border border-line hover:bg-sunken",
  quiet: "text-ink hover:bg-sunken",
  danger: "bg-bad text-paper hover:brightness-110",
} as const;

const SIZES = {
  small: "h-8 px-3 text-sm gap-1.5 rounded-lg",
  medium: "h-10 px-4 text-sm gap-2 rounded-xl",
  large: "h-12 px-6 text-base gap-2.5 rounded-2xl",
} as const;

const PRESSABLE =
  "inline-flex shrink-0 items-center justify-center font-medium whitespace-nowrap select-none transition-[background-color,filter,transform] duration-150 active:scale-[0.98] disabled:pointer-events-none disabled:opacity-50 aria-disabled:opacity-50 [&_svg]:size-[1.1em] [&_svg]:shrink-0";

export type ButtonProps = ComponentProps<"button"> & {
  look?: keyof typeof LOOKS;
  size?: keyof typeof SIZES;
  /** The only child is the element itself, such as a router link. */
  asChild?: boolean;
};

export function Button({ look = "plain", size = "medium", asChild, className, type, ...rest }: ButtonProps) {
  const classes = cn(PRESSABLE, LOOKS[look], SIZES[size], className);
  if (asChild) return <Slot.Root className={classes} {...rest} />;
  return <button type={type ?? "button"} className={classes} {...rest} />;
}

export type IconButtonProps = ComponentProps<"button"> & {
  /** What it does: its name for screen readers, and its tooltip. */
  label: string;
  /** Keys that do the same, shown in the tooltip. */
  keys?: string;
  look?: keyof typeof LOOKS;
  size?: "small" | "medium" | "large";
  /** Whether it is a switch that is on; undefined: it is none. */
  pressed?: boolean;
  /** False where the focus comes by itself, as in a dialog that opens: there Escape would close the tooltip first. */
  hasTip?: boolean;
};

const SQUARES = { small: "size-8 rounded-lg", medium: "size-10 rounded-xl", large: "size-12 rounded-2xl" };

export function IconButton({
  label,
  keys,
  look = "quiet",
  size = "medium",
  pressed,
  hasTip = true,
  className,
  ...rest
}: IconButtonProps) {
  const button = (
    <button
      type="button"
      aria-label={label}
      aria-pressed={pressed}
      className={cn(
        PRESSABLE,
        LOOKS[look],
        SQUARES[size],
        "p-0 text-lg",
        pressed && "text-accent",
        className,
      )}
      {...rest}
    />
  );
  return hasTip ? (
    <Tip text={label} keys={keys}>
      {button}
    </Tip>
  ) : (
    button
  );
}
