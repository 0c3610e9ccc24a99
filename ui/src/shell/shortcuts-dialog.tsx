/** Every key that does something here, asked for with `?`. */
import { useLingui } from "@lingui/react/macro";
import { Keys } from "@/kit/keys";
import { Dialog } from "@/kit/overlay";
import { heard, useListening } from "@/kit/shortcuts";

export function ShortcutsDialog({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const { t } = useLingui();
  // A key that the page has for itself does only that.
  const shortcuts = useListening().filter((one) => heard(one.keys) === one);
  return (
    <Dialog
      title={t`Shortcuts`}
      description={t`What the keyboard can do on this page`}
      open={open}
      onOpenChange={onOpenChange}
    >
      <dl className="grid gap-1 text-sm">
        {shortcuts.map((one) => (
          <div
            key={`${one.keys} ${one.name}`}
            className="flex items-center justify-between gap-4 rounded-lg px-1 py-1.5"
          >
            <dt>{one.name}</dt>
            <dd className="flex gap-1.5 text-muted">
              <Keys of={one.keys} />
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
