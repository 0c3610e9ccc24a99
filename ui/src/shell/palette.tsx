/** The command palette: every place and every title, from the keyboard. */
import { useLingui } from "@lingui/react/macro";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { LogOut, type LucideIcon, MonitorCog, Moon, Plus, Search, Sun } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { client, dataOf } from "@/api/client";
import { useChangePreferences } from "@/api/preferences";
import type { ItemView } from "@/api/schema";
import { useSignOut } from "@/api/session";
import { KIND_ICONS } from "@/kit/kinds";
import { PLACES } from "./places";
import { type Theme, wearTheme } from "./theme";

export default function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const asked = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: ["palette", asked],
    queryFn: async ({ signal }) =>
      dataOf(
        await client.GET("/api/search", { params: { query: { q: asked, limit: 8, in: "items" } }, signal }),
      ),
    enabled: asked.length > 1,
    placeholderData: keepPreviousData,
  });
  const go = (to: () => Promise<void>) => {
    onClose();
    void to();
  };
  const places = PLACES.filter((place) => matches(t(place.name), asked));
  return (
    <Command.Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      label={t`Find or do anything`}
      shouldFilter={false}
      overlayClassName="fixed inset-0 z-50 bg-black/45 backdrop-blur-[2px]"
      contentClassName="appear fixed inset-x-3 top-[10dvh] z-50 mx-auto max-w-xl overflow-hidden rounded-2xl border border-line bg-raised shadow-high"
    >
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Search aria-hidden className="size-5 text-muted" />
        <Command.Input
          autoFocus
          value={text}
          onValueChange={setText}
          placeholder={t`A title, a place, a thought …`}
          className="h-14 grow bg-transparent text-base outline-none placeholder:text-muted"
        />
      </div>
      <Command.List className="max-h-[55dvh] overflow-y-auto p-2 [&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:py-2 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted">
        <Command.Empty className="px-3 py-8 text-center text-sm text-muted">{t`Nothing has this name.`}</Command.Empty>
        <Titles found={asked.length > 1 ? found.data : undefined} onGo={go} />
        {places.length > 0 && (
          <Command.Group heading={t`Places`}>
            {places.map((place) => (
              <Row key={place.to} value={place.to} onSelect={() => go(() => navigate({ to: place.to }))}>
                <place.icon aria-hidden className="size-4 text-muted" />
                {t(place.name)}
              </Row>
            ))}
          </Command.Group>
        )}
        <Deeds asked={asked} onGo={go} />
      </Command.List>
    </Command.Dialog>
  );
}

/** What can be done from anywhere. */
function Deeds({ asked, onGo }: { asked: string; onGo: (to: () => Promise<void>) => void }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const change = useChangePreferences();
  const signOut = useSignOut();
  const wear = (theme: Theme) => async () => {
    wearTheme(theme);
    await change.mutateAsync({ theme });
  };
  const deeds: { name: string; icon: LucideIcon; run: () => Promise<void> }[] = [
    {
      name: t`Add a link, a file or a recording`,
      icon: Plus,
      run: () => navigate({ to: "/archive", search: { add: true } }),
    },
    { name: t`Light colours`, icon: Sun, run: wear("light") },
    { name: t`Dark colours`, icon: Moon, run: wear("dark") },
    { name: t`Colours of the system`, icon: MonitorCog, run: wear("system") },
    { name: t`Sign out`, icon: LogOut, run: () => signOut.mutateAsync() },
  ];
  const meant = deeds.filter((deed) => matches(deed.name, asked));
  if (meant.length === 0) return null;
  return (
    <Command.Group heading={t`To do`}>
      {meant.map((deed) => (
        <Row key={deed.name} value={deed.name} onSelect={() => onGo(deed.run)}>
          <deed.icon aria-hidden className="size-4 text-muted" />
          {deed.name}
        </Row>
      ))}
    </Command.Group>
  );
}

function matches(name: string, asked: string): boolean {
  return name.toLowerCase().includes(asked.toLowerCase());
}

function Titles({
  found,
  onGo,
}: {
  found: { items: { item: ItemView }[] } | undefined;
  onGo: (to: () => Promise<void>) => void;
}) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const items = found?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Command.Group heading={t`Titles`}>
      {items.map(({ item }) => {
        const Icon = KIND_ICONS[item.kind];
        return (
          <Row
            key={item.id}
            value={`item ${item.id}`}
            onSelect={() => onGo(() => navigate({ to: "/items/$id", params: { id: String(item.id) } }))}
          >
            <Icon aria-hidden className="size-4 text-muted" />
            <span className="truncate">{item.title}</span>
            <span className="tabular text-muted">{item.year}</span>
          </Row>
        );
      })}
    </Command.Group>
  );
}

function Row({
  value,
  onSelect,
  children,
}: {
  value: string;
  onSelect: () => void;
  children: React.ReactNode;
}) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex cursor-pointer items-center gap-3 rounded-xl px-3 py-2.5 text-sm data-[selected=true]:bg-sunken"
    >
      {children}
    </Command.Item>
  );
}
