/** What is filled in: fields with their label and error, switches, choices, ranges. */

import { Check, ChevronDown } from "lucide-react";
import { Select as RadixSelect, Slider as RadixSlider, Switch as RadixSwitch } from "radix-ui";
import { type ComponentProps, type ReactNode, useId } from "react";
import { cn } from "./classes";

const BOX =
  "h-10 w-full rounded-xl border border-strong-line/60 bg-surface px-3 text-base sm:text-sm text-ink placeholder:text-muted aria-invalid:border-bad";

type FieldProps = Omit<ComponentProps<"input">, "id"> & {
  label: string;
  /** What is meant, below the field. */
  hint?: ReactNode;
  /** What is wrong with it, and what to do. */
  error?: string | undefined;
  /** The label is for screen readers only, where the place says it already. */
  hideLabel?: boolean;
};

export function Field({ label, hint, error, hideLabel, className, ...rest }: FieldProps) {
  const id = useId();
  const described = error ? `${id}-error` : hint ? `${id}-hint` : undefined;
  return (
    <div className={cn("flex flex-col gap-1.5", className)}>
      <label htmlFor={id} className={cn("text-sm font-medium", hideLabel && "sr-only")}>
        {label}
      </label>
      <input
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={described}
        className={BOX}
        {...rest}
      />
      {hint && !error && (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-sm text-bad">
          {error}
        </p>
      )}
    </div>
  );
}

type SwitchProps = {
  label: string;
  hint?: ReactNode;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
};

export function Switch({ label, hint, checked, disabled, onChange }: SwitchProps) {
  const id = useId();
  return (
    <div className="flex items-start justify-between gap-6">
      <div>
        <label htmlFor={id} className="text-sm font-medium">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="mt-0.5 text-sm text-muted">
            {hint}
          </p>
        )}
      </div>
      <RadixSwitch.Root
        id={id}
        checked={checked}
        {...(disabled ? { disabled } : {})}
        onCheckedChange={onChange}
        {...(hint ? { "aria-describedby": `${id}-hint` } : {})}
        className="relative h-6 w-11 shrink-0 rounded-full bg-strong-line transition-colors disabled:opacity-50 data-[state=checked]:bg-accent"
      >
        <RadixSwitch.Thumb className="block size-5 translate-x-0.5 rounded-full bg-white shadow transition-transform data-[state=checked]:translate-x-5.5" />
      </RadixSwitch.Root>
    </div>
  );
}

type ChoiceProps<T extends string> = {
  label: string;
  hideLabel?: boolean;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
  className?: string;
};

/** One of several, from a list that opens. An option's value is never empty. */
export function Choice<T extends string>({
  label,
  hideLabel,
  value,
  options,
  onChange,
  className,
}: ChoiceProps<T>) {
  const id = useId();
  return (
    <div className={cn("flex flex-col gap-1.5", className)}>
      <label htmlFor={id} className={cn("text-sm font-medium", hideLabel && "sr-only")}>
        {label}
      </label>
      <RadixSelect.Root value={value} onValueChange={(chosen) => onChange(chosen as T)}>
        <RadixSelect.Trigger
          id={id}
          className={cn(BOX, "inline-flex items-center justify-between gap-2 text-left")}
        >
          <span className="truncate">
            <RadixSelect.Value />
          </span>
          <RadixSelect.Icon>
            <ChevronDown aria-hidden className="size-4 text-muted" />
          </RadixSelect.Icon>
        </RadixSelect.Trigger>
        <RadixSelect.Portal>
          <RadixSelect.Content
            position="popper"
            sideOffset={6}
            className="appear z-60 max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) overflow-y-auto rounded-xl border border-line bg-raised p-1.5 shadow-high"
          >
            <RadixSelect.Viewport>
              {options.map((option) => (
                <RadixSelect.Item
                  key={option.value}
                  value={option.value}
                  className="flex cursor-pointer items-center justify-between gap-4 rounded-lg px-2.5 py-2 text-sm outline-none select-none data-highlighted:bg-sunken"
                >
                  <RadixSelect.ItemText>{option.label}</RadixSelect.ItemText>
                  <RadixSelect.ItemIndicator>
                    <Check aria-hidden className="size-4 text-accent" />
                  </RadixSelect.ItemIndicator>
                </RadixSelect.Item>
              ))}
            </RadixSelect.Viewport>
          </RadixSelect.Content>
        </RadixSelect.Portal>
      </RadixSelect.Root>
    </div>
  );
}

type SegmentsProps<T extends string> = {
  label: string;
  value: T;
  options: readonly { value: T; label: string; icon?: ReactNode }[];
  onChange: (value: T) => void;
  className?: string;
};

/** One of a few, all in sight. */
export function Segments<T extends string>({ label, value, options, onChange, className }: SegmentsProps<T>) {
  const name = useId();
  return (
    <fieldset className={cn("inline-flex min-w-0 rounded-xl bg-sunken p-1", className)}>
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className="inline-flex cursor-pointer items-center gap-1.5 rounded-lg px-3 py-1.5 text-sm whitespace-nowrap text-muted transition-colors has-checked:bg-raised has-checked:font-medium has-checked:text-ink has-checked:shadow-sm has-focus-visible:outline-2 has-focus-visible:outline-accent [&_svg]:size-4"
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
            className="sr-only"
          />
          {option.icon}
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}

type RangeProps = {
  label: string;
  value: number;
  min: number;
  max: number;
  step?: number;
  /** The value in words, for screen readers. */
  text?: string;
  onChange: (value: number) => void;
  className?: string;
};

export function Range({ label, value, min, max, step = 1, text, onChange, className }: RangeProps) {
  return (
    <RadixSlider.Root
      value={[value]}
      min={min}
      max={max}
      step={step}
      onValueChange={([chosen]) => chosen !== undefined && onChange(chosen)}
      className={cn("relative flex h-6 w-full touch-none items-center select-none", className)}
    >
      <RadixSlider.Track className="relative h-1.5 grow rounded-full bg-line">
        <RadixSlider.Range className="absolute h-full rounded-full bg-accent" />
      </RadixSlider.Track>
      <RadixSlider.Thumb
        aria-label={label}
        {...(text ? { "aria-valuetext": text } : {})}
        className="block size-5 rounded-full border-2 border-accent bg-raised shadow"
      />
    </RadixSlider.Root>
  );
}
