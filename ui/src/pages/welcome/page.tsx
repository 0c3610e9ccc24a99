/** Welcome. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useTitle } from "@/kit/title";

export default function Welcome() {
  const { t } = useLingui();
  useTitle(t`Welcome`);
  return (
    <h1 className="text-3xl font-semibold">
      <Trans>Welcome</Trans>
    </h1>
  );
}
