/** Views of the library under names of one's own. */
import { Trans, useLingui } from "@lingui/react/macro";
import { BookMarked, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useChangePreferences, usePreferences } from "@/api/preferences";
import { Button, IconButton } from "@/kit/button";
import { Field } from "@/kit/field";
import { Popover } from "@/kit/overlay";
import { say, sayError } from "@/kit/toasts";
import { type LibrarySearch, read, written } from "./search";

type SavedViewsProps = { search: LibrarySearch; onOpen: (search: LibrarySearch) => void };

export function SavedViews({ search, onOpen }: SavedViewsProps) {
  const { t } = useLingui();
  const { views } = usePreferences();
  const change = useChangePreferences();
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState("");
  const now = written(search);
  const current = views.find((view) => view.search === now);
  const isTaken = views.some((view) => view.name.toLowerCase() === name.trim().toLowerCase());

  const keep = (next: typeof views, news: string) => {
    change.mutate(
      { views: next },
      {
        onSuccess: () =>
          say(news, {
            action: { label: t`Undo`, run: () => change.mutate({ views }, { onError: sayError }) },
          }),
        onError: sayError,
      },
    );
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (!wanted) return;
    const others = views.filter((view) => view.name.toLowerCase() !== wanted.toLowerCase());
    keep([...others, { name: wanted, search: now }], t`“${wanted}” is saved`);
    setName("");
  };
  return (
    <Popover
      label={t`Saved views`}
      align="end"
      open={isOpen}
      onOpenChange={setOpen}
      trigger={
        <Button
          look={current ? "primary" : "plain"}
          aria-label={current ? t`Saved views: ${current.name}` : t`Saved views`}
          className="px-3 sm:px-4"
        >
          <BookMarked aria-hidden />
          <span className="hidden max-w-32 truncate sm:inline">{current?.name ?? t`Views`}</span>
        </Button>
      }
    >
      {views.length > 0 ? (
        <ul className="mb-4 flex flex-col gap-0.5">
          {views.map((view) => (
            <li key={view.name} className="-mx-2 flex items-center gap-1 rounded-lg hover:bg-sunken">
              <button
                type="button"
                aria-current={view.search === now}
                onClick={() => {
                  onOpen(read(view.search));
                  setOpen(false);
                }}
                className="min-w-0 grow truncate rounded-lg px-2 py-2 text-left aria-[current=true]:font-semibold aria-[current=true]:text-accent"
              >
                {view.name}
              </button>
              <IconButton
                label={t`Delete the view ${view.name}`}
                size="small"
                onClick={() =>
                  keep(
                    views.filter((other) => other !== view),
                    t`“${view.name}” is deleted`,
                  )
                }
              >
                <Trash2 />
              </IconButton>
            </li>
          ))}
        </ul>
      ) : (
        <p className="mb-4 text-muted">
          <Trans>Set filters, an order and a shape, and keep them here under a name.</Trans>
        </p>
      )}
      <form onSubmit={onSubmit} className="flex items-end gap-2 border-t border-line pt-4">
        <Field
          label={t`Save what you see as`}
          value={name}
          maxLength={80}
          onChange={(event) => setName(event.target.value)}
          placeholder={t`Short and unseen`}
          className="grow"
        />
        <Button type="submit" look="primary" disabled={!name.trim()}>
          {isTaken ? t`Replace` : t`Save`}
        </Button>
      </form>
    </Popover>
  );
}
