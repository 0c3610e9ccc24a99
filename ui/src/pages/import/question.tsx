/** What only the person can tell about a file, asked before anything is stored: whose history, which order of dates, from where. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useId } from "react";
import { Button } from "@/kit/button";
import { sourceOf } from "@/kit/sources";
import { answer, type Chosen, type Question } from "./chosen";

type AnswersProps = {
  chosen: Chosen;
  question: Question;
  /** It was answered already, and can be answered otherwise. */
  isAnswered?: boolean;
};

export function Answers({ chosen, question, isAnswered }: AnswersProps) {
  const { t } = useLingui();
  const id = useId();
  const asked = {
    source: t`Whose export is it?`,
    profile: t`Whose history is to be imported?`,
    date_order: t`How does it write dates?`,
  }[question.option];
  const now = chosen.options[question.option];

  function name(choice: string): string {
    if (question.option === "source") return sourceOf(choice).name;
    if (question.option === "profile") return choice === "all" ? t`Everybody’s` : choice;
    return (
      {
        "day-first": t`31.12.2026, day first`,
        "month-first": t`12/31/2026, month first`,
        "year-first": t`2026-12-31, year first`,
      }[choice] ?? choice
    );
  }

  return (
    <fieldset aria-labelledby={id} className="flex min-w-0 flex-col gap-2.5 rounded-xl bg-accent-soft p-4">
      <p id={id} className="font-medium">
        {asked}
      </p>
      {!isAnswered && (
        <p className="text-sm text-muted">
          <Trans>The file leaves that open, and a guess would be wrong for somebody.</Trans>
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        {question.choices.map((choice) => (
          <Button
            key={choice}
            size="small"
            look={choice === now ? "primary" : "plain"}
            aria-pressed={choice === now}
            onClick={() => answer(chosen.id, question.option, choice)}
          >
            {name(choice)}
          </Button>
        ))}
      </div>
    </fieldset>
  );
}
