/** Home. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useTitle } from "@/kit/title";

export default function Home() {
  const { t } = useLingui();
  useTitle(t`Home`);
  return (
    <h1 className="text-3xl font-semibold">
      <Trans>Home</Trans>
    </h1>
  );
}
