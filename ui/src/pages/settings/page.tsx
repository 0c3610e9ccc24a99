/** Settings: one's own, and for administrators the library's; the sections beside, the chosen one in the middle. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Suspense } from "react";
import { useMe } from "@/api/session";
import { Choice } from "@/kit/field";
import { Empty } from "@/kit/states";
import { useTitle } from "@/kit/title";
import { PanelSkeleton } from "./parts";
import { SECTIONS, type Section } from "./sections";

export default function Settings() {
  const { t } = useLingui();
  const me = useMe();
  const { section: asked } = useParams({ strict: false });
  const sections = SECTIONS.filter((section) => !section.forAdmins || me.role === "admin");
  const chosen = asked === undefined ? sections[0] : sections.find((section) => section.name === asked);
  useTitle(chosen ? `${t(chosen.title)} · ${t`Settings`}` : t`Settings`);
  return (
    <div className="mx-auto grid max-w-5xl gap-6 lg:grid-cols-[13rem_minmax(0,1fr)] lg:gap-10">
      <div className="flex flex-col gap-5 lg:sticky lg:top-8 lg:self-start">
        <h1 className="text-4xl font-bold">
          <Trans>Settings</Trans>
        </h1>
        <Sections sections={sections} chosen={chosen} />
      </div>
      <div className="flex min-w-0 flex-col gap-5 lg:pt-1">
        {chosen ? (
          <Suspense fallback={<PanelSkeleton />}>
            <chosen.component />
          </Suspense>
        ) : (
          <Empty title={t`There is no such section`}>
            <Trans>It may be for administrators only. Choose another one.</Trans>
          </Empty>
        )}
      </div>
    </div>
  );
}

function Sections({ sections, chosen }: { sections: readonly Section[]; chosen: Section | undefined }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const own = sections.filter((section) => !section.forAdmins);
  const admins = sections.filter((section) => section.forAdmins);
  return (
    <>
      <Choice
        className="lg:hidden"
        label={t`Section`}
        hideLabel
        value={chosen?.name ?? "profile"}
        options={sections.map((section) => ({ value: section.name, label: t(section.title) }))}
        onChange={(section) => void navigate({ to: "/settings/$section", params: { section } })}
      />
      <nav aria-label={t`Sections`} className="hidden flex-col gap-0.5 lg:flex">
        {own.map((section) => (
          <SectionLink key={section.name} section={section} isChosen={section === chosen} />
        ))}
        {admins.length > 0 && (
          <p className="mt-5 mb-1 px-3 text-xs font-medium tracking-wide text-muted">
            <Trans>For administrators</Trans>
          </p>
        )}
        {admins.map((section) => (
          <SectionLink key={section.name} section={section} isChosen={section === chosen} />
        ))}
      </nav>
    </>
  );
}

function SectionLink({ section, isChosen }: { section: Section; isChosen: boolean }) {
  const { t } = useLingui();
  return (
    <Link
      to="/settings/$section"
      params={{ section: section.name }}
      aria-current={isChosen ? "page" : undefined}
      className="group flex items-center gap-3 rounded-xl px-3 py-2 text-sm text-muted transition-colors hover:bg-sunken hover:text-ink aria-[current=page]:bg-accent-soft aria-[current=page]:font-semibold aria-[current=page]:text-ink"
    >
      <section.icon aria-hidden className="size-4.5 group-aria-[current=page]:text-accent" />
      {t(section.title)}
    </Link>
  );
}
