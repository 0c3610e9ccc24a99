/** A name and a password: filled in to sign in, or to make an account. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Eye, EyeOff } from "lucide-react";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { IconButton } from "@/kit/button";
import { Field } from "@/kit/field";

const SHORTEST = 8;

type Props = {
  /** Whether the password is a new one. */
  isNew: boolean;
  error: Error | null;
  onSubmit: (name: string, password: string) => void;
  /** The button that sends it. */
  children: ReactNode;
};

export function Credentials({ isNew, error, onSubmit, children }: Props) {
  const { t } = useLingui();
  const [isShown, setShown] = useState(false);
  const wrong = useId();

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const filled = new FormData(event.currentTarget);
    onSubmit(String(filled.get("username")).trim(), String(filled.get("password")));
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-5" aria-describedby={error ? wrong : undefined}>
      <Field
        label={t`Name`}
        name="username"
        autoComplete="username"
        autoCapitalize="words"
        spellCheck={false}
        maxLength={64}
        required
        autoFocus
      />
      <div className="relative">
        <Field
          label={t`Password`}
          name="password"
          type={isShown ? "text" : "password"}
          autoComplete={isNew ? "new-password" : "current-password"}
          minLength={isNew ? SHORTEST : 1}
          maxLength={1024}
          hint={isNew ? t`${SHORTEST} characters or more; a sentence is good.` : undefined}
          required
        />
        <div className="absolute top-6.5 right-1">
          <IconButton
            label={isShown ? t`Hide the password` : t`Show the password`}
            size="medium"
            pressed={isShown}
            onClick={() => setShown(!isShown)}
            className="text-muted hover:bg-transparent hover:text-ink"
          >
            {isShown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
          </IconButton>
        </div>
      </div>
      {error && (
        <p id={wrong} role="alert" className="rounded-xl bg-accent-soft px-4 py-3 text-sm text-ink">
          <span className="sr-only">
            <Trans>This did not work:</Trans>{" "}
          </span>
          {error.message}
        </p>
      )}
      {children}
    </form>
  );
}
