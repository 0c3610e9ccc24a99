/** Search. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useTitle } from "@/kit/title";

export default function Search() {
  const { t } = useLingui();
  useTitle(t`Search`);
  return (
    <h1 className="text-3xl font-semibold">
      <Trans>Search</Trans>
    </h1>
  );
}
