/** Settings. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useTitle } from "@/kit/title";

export default function Settings() {
  const { t } = useLingui();
  useTitle(t`Settings`);
  return (
    <h1 className="text-3xl font-semibold">
      <Trans>Settings</Trans>
    </h1>
  );
}
