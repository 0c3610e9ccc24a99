/** Player. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useTitle } from "@/kit/title";

export default function Player() {
  const { t } = useLingui();
  useTitle(t`Player`);
  return (
    <h1 className="text-3xl font-semibold">
      <Trans>Player</Trans>
    </h1>
  );
}
