/** What may be said of recordings before they are added: everything can be found out or said later, too. */
import { useLingui } from "@lingui/react/macro";
import { Choice, Field, Switch } from "@/kit/field";
import { language, number } from "@/kit/words";
import type { Wishes } from "./uploads";

const LANGUAGES = [
  "en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sv", "da", "no", "fi", "hu", "ro", "el",
  "tr", "uk", "ru", "ar", "he", "hi", "zh", "ja", "ko", "vi", "id", "ca",
]; // biome-ignore format: a list of codes
const MOST_SPEAKERS = 8;

export function WishesForm({ wishes, onChange }: { wishes: Wishes; onChange: (wishes: Wishes) => void }) {
  const { t } = useLingui();
  const languages = LANGUAGES.map((code) => ({ value: code, label: language(code) })).sort((a, b) =>
    a.label.localeCompare(b.label),
  );
  const counts = Array.from({ length: MOST_SPEAKERS }, (_, at) => ({
    value: String(at + 1),
    label: number(at + 1),
  }));
  return (
    <div className="mt-3 grid gap-4 border-t border-line px-1 pt-4 pb-1 sm:grid-cols-2 lg:grid-cols-[1fr_1fr_1.5fr]">
      <Choice
        label={t`Spoken language`}
        value={wishes.language ?? "any"}
        options={[{ value: "any", label: t`Find out` }, ...languages]}
        onChange={(chosen) => onChange(without(wishes, "language", chosen === "any" ? undefined : chosen))}
      />
      <Choice
        label={t`How many speak`}
        value={wishes.speakers ? String(wishes.speakers) : "any"}
        options={[{ value: "any", label: t`Find out` }, ...counts]}
        onChange={(chosen) =>
          onChange(without(wishes, "speakers", chosen === "any" ? undefined : Number(chosen)))
        }
      />
      <Field
        label={t`Tags, separated by commas`}
        defaultValue={wishes.tags?.join(", ")}
        maxLength={400}
        onChange={(event) => {
          const tags = event.target.value
            .split(",")
            .map((tag) => tag.trim())
            .filter(Boolean);
          onChange(without(wishes, "tags", tags.length > 0 ? tags.slice(0, 20) : undefined));
        }}
      />
      <div className="sm:col-span-2 lg:col-span-3">
        <Switch
          label={t`Keep the picture of videos`}
          hint={t`Else only their sound is fetched and kept, about a tenth of the size.`}
          checked={wishes.keepsPicture ?? false}
          onChange={(keepsPicture) => onChange({ ...wishes, keepsPicture })}
        />
      </div>
    </div>
  );
}

/** The wishes with one changed, or left out. */
function without<Name extends keyof Wishes>(
  wishes: Wishes,
  name: Name,
  value: Wishes[Name] | undefined,
): Wishes {
  const { [name]: _, ...others } = wishes;
  return value === undefined ? others : { ...others, [name]: value };
}
