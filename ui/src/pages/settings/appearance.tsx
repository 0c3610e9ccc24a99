/** Colours, language, and whether pictures come from elsewhere. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Monitor, Moon, Sun } from "lucide-react";
import { useChangePreferences, usePreferences } from "@/api/preferences";
import { Choice, Segments, Switch } from "@/kit/field";
import { sayError } from "@/kit/toasts";
import { LANGUAGES, type Language, languageFor, rememberLanguage, speak } from "@/shell/languages";
import { type Theme, wearTheme } from "@/shell/theme";
import { Panel } from "./parts";

export default function Appearance() {
  const { t } = useLingui();
  const { theme, language, remote_images: remoteImages } = usePreferences();
  const change = useChangePreferences();
  const setTheme = (chosen: Theme) => {
    wearTheme(chosen);
    change.mutate({ theme: chosen }, { onError: sayError });
  };
  const setLanguage = (chosen: Language | "browser") => {
    const kept = chosen === "browser" ? "" : chosen;
    rememberLanguage(kept);
    void speak(languageFor(kept));
    change.mutate({ language: kept }, { onError: sayError });
  };
  return (
    <>
      <Panel title={t`Colours`}>
        <Segments
          label={t`Colours`}
          value={theme}
          options={[
            { value: "system", label: t`As the system`, icon: <Monitor aria-hidden /> },
            { value: "light", label: t`Light`, icon: <Sun aria-hidden /> },
            { value: "dark", label: t`Dark`, icon: <Moon aria-hidden /> },
          ]}
          onChange={setTheme}
          className="self-start"
        />
      </Panel>
      <Panel title={t`Language`} says={<Trans>Of this page; titles stay as they are.</Trans>}>
        <Choice
          className="sm:max-w-64"
          label={t`Language`}
          hideLabel
          value={language || "browser"}
          options={[
            { value: "browser", label: t`As the browser` },
            ...Object.entries(LANGUAGES).map(([code, name]) => ({ value: code as Language, label: name })),
          ]}
          onChange={setLanguage}
        />
      </Panel>
      <Panel title={t`Pictures`}>
        <Switch
          label={t`Load covers from their sources`}
          hint={
            <Trans>
              Servers such as TMDB's then see your address and which titles you look at. Without, each title
              has a cover drawn here.
            </Trans>
          }
          checked={remoteImages}
          onChange={(chosen) => change.mutate({ remote_images: chosen }, { onError: sayError })}
        />
      </Panel>
    </>
  );
}
