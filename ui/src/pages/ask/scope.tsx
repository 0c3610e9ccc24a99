/** Where an answer is looked for: everywhere, in one recording, or in those with a tag. */
import { useLingui } from "@lingui/react/macro";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { AudioLines, Check, ChevronDown, Globe, Tag } from "lucide-react";
import { type ReactNode, useDeferredValue, useState } from "react";
import { client, dataOf } from "@/api/client";
import type { ChatFilters } from "@/api/schema";
import { cn } from "@/kit/classes";
import { Popover } from "@/kit/overlay";
import { number } from "@/kit/words";
import type { Scope } from "./routes";

/** The scope as the API takes it. */
export function filtersOf({ media, tag }: Scope): ChatFilters | undefined {
  if (media !== undefined) return { media: [media] };
  if (tag !== undefined) return { tags: [tag] };
  return undefined;
}

type ScopeProps = { scope: Scope; onChange: (scope: Scope) => void };

export function ScopePicker({ scope, onChange }: ScopeProps) {
  const { t } = useLingui();
  const [isOpen, setOpen] = useState(false);
  const { data: recording } = useRecording(scope.media);
  const name =
    scope.media !== undefined
      ? (recording?.title ?? t`One recording`)
      : scope.tag !== undefined
        ? scope.tag
        : t`Everything`;
  const Icon = scope.media !== undefined ? AudioLines : scope.tag !== undefined ? Tag : Globe;
  return (
    <Popover
      label={t`Where to look`}
      open={isOpen}
      onOpenChange={setOpen}
      align="start"
      className="p-0"
      trigger={
        <button
          type="button"
          aria-label={t`Where to look: ${name}`}
          className={cn(
            "inline-flex h-8 min-w-0 max-w-60 items-center gap-1.5 rounded-lg px-2 text-sm text-muted hover:bg-sunken hover:text-ink",
            (scope.media !== undefined || scope.tag !== undefined) && "bg-accent-soft text-ink",
          )}
        >
          <Icon aria-hidden className="size-4 shrink-0" />
          <span className="truncate">{name}</span>
          <ChevronDown aria-hidden className="size-3.5 shrink-0" />
        </button>
      }
    >
      <Choices
        scope={scope}
        onChange={(chosen) => {
          setOpen(false);
          onChange(chosen);
        }}
      />
    </Popover>
  );
}

export function useRecording(id: number | undefined) {
  return useQuery({
    queryKey: ["media", id],
    queryFn: async ({ signal }) =>
      dataOf(await client.GET("/api/media/{media_id}", { params: { path: { media_id: id ?? 0 } }, signal })),
    enabled: id !== undefined,
  });
}

function Choices({ scope, onChange }: ScopeProps) {
  const { t } = useLingui();
  const [text, setText] = useState("");
  const words = useDeferredValue(text.trim());
  const { data: recordings } = useQuery({
    queryKey: ["media", "scope", words],
    queryFn: async ({ signal }) => {
      const query = { limit: 8, ...(words ? { q: words } : {}) };
      return dataOf(await client.GET("/api/media", { params: { query }, signal })).items;
    },
    placeholderData: keepPreviousData,
  });
  const { data: tags } = useQuery({
    queryKey: ["media", "tags"],
    queryFn: async ({ signal }) => dataOf(await client.GET("/api/media/tags", { signal })).items,
  });
  const named = (tags ?? [])
    .filter(({ name }) => name.toLowerCase().includes(words.toLowerCase()))
    .slice(0, 8);
  return (
    <Command label={t`Where to look`} shouldFilter={false}>
      <Command.Input
        autoFocus
        value={text}
        onValueChange={setText}
        placeholder={t`A recording or a tag`}
        className="h-11 w-full border-b border-line bg-transparent px-4 text-base outline-none placeholder:text-muted sm:text-sm"
      />
      <Command.List className="max-h-72 overflow-y-auto p-1.5 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted">
        {!words && (
          <Row
            value="all"
            icon={<Globe aria-hidden />}
            isChosen={scope.media === undefined && scope.tag === undefined}
            onSelect={() => onChange({})}
          >
            {t`Everything`}
          </Row>
        )}
        <Command.Empty className="px-3 py-6 text-center text-sm text-muted">
          {t`Nothing is called that.`}
        </Command.Empty>
        {recordings && recordings.length > 0 && (
          <Command.Group heading={t`Recordings`}>
            {recordings.map((one) => (
              <Row
                key={one.id}
                value={`media ${one.id}`}
                icon={<AudioLines aria-hidden />}
                isChosen={scope.media === one.id}
                onSelect={() => onChange({ media: one.id })}
              >
                {one.title}
              </Row>
            ))}
          </Command.Group>
        )}
        {named.length > 0 && (
          <Command.Group heading={t`Tags`}>
            {named.map((tag) => (
              <Row
                key={tag.name}
                value={`tag ${tag.name}`}
                icon={<Tag aria-hidden />}
                isChosen={scope.tag === tag.name}
                onSelect={() => onChange({ tag: tag.name })}
                note={number(tag.count)}
              >
                {tag.name}
              </Row>
            ))}
          </Command.Group>
        )}
      </Command.List>
    </Command>
  );
}

type RowProps = {
  value: string;
  icon: ReactNode;
  isChosen: boolean;
  note?: string;
  onSelect: () => void;
  children: ReactNode;
};

function Row({ value, icon, isChosen, note, onSelect, children }: RowProps) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex cursor-pointer items-center gap-2.5 rounded-lg px-2.5 py-2 text-sm data-[selected=true]:bg-sunken [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted"
    >
      {icon}
      <span className="min-w-0 grow truncate">{children}</span>
      {note && <span className="tabular text-xs text-muted">{note}</span>}
      {isChosen && <Check aria-hidden className="text-accent!" />}
    </Command.Item>
  );
}
