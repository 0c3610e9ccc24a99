/** The page's language: the person's, else the browser's, else English. */
import { i18n, type Messages } from "@lingui/core";
import { compileMessage } from "@lingui/message-utils/compileMessage";

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

// English is in the source, and compiled where it is said.
i18n.setMessagesCompiler(compileMessage);

const LOADERS: Record<Language, () => Promise<{ messages: Messages }>> = {
  en: () => Promise.resolve({ messages: {} }),
  de: () => import("../locales/de.po"),
};

/** The language to speak to somebody who has chosen `chosen`, or nothing. */
export function languageFor(chosen: string | null | undefined): Language {
  const wished = chosen ? [chosen] : navigator.languages;
  for (const wish of wished) {
    const found = (Object.keys(LANGUAGES) as Language[]).find((code) => wish.toLowerCase().startsWith(code));
    if (found) return found;
  }
  return "en";
}

/** Speak a language from now on, and remember it for the next visit before anybody is signed in. */
export async function speak(language: Language): Promise<void> {
  if (i18n.locale === language) return;
  const { messages } = await LOADERS[language]();
  i18n.loadAndActivate({ locale: language, messages });
  document.documentElement.lang = language;
}

/** What was chosen on this device, so that the first paint speaks the right language. */
export function rememberedLanguage(): string | null {
  return localStorage.getItem("language");
}

export function rememberLanguage(language: string): void {
  if (language) localStorage.setItem("language", language);
  else localStorage.removeItem("language");
}
