"""TP9: a service that is watched, limited and restarted, and whose data outlives its container."""

from __future__ import annotations

from grader import Hint, Machine, check, expect


@check(
    points=2,
    fr="le conteneur `tp9-web` tourne, et reste en marche",
    en="the container `tp9-web` runs and stays up",
)
def test_web_is_running(machine: Machine) -> None:
    web = machine.container("web")
    expect(web).to_be_created_from_its_image()
    expect(web).to_stay_up()


@check(
    points=1,
    explained_by=[test_web_is_running],
    fr="le site répond sur ton port, et c'est ce conteneur qui répond",
    en="the site answers on your port, and that container is what answers",
)
def test_site_answers(machine: Machine) -> None:
    expect(machine.site("web"), within_s=10).to_answer(from_container="web")


@check(
    points=2,
    fr="`tp9-web` a un `healthcheck`, qui peut échouer",
    en="`tp9-web` has a health check, which can fail",
)
def test_web_has_a_health_check(machine: Machine) -> None:
    expect(machine.container("web")).to_have_a_health_check()


@check(
    points=1,
    needs=[test_web_has_a_health_check],
    explained_by=[test_web_is_running],
    fr="ce `healthcheck` dit que le service va bien",
    en="that check says that the service is healthy",
)
def test_web_is_healthy(machine: Machine) -> None:
    expect(machine.container("web"), within_s=30).to_be_healthy()


@check(
    points=2,
    fr="`tp9-web` redémarre tout seul, sauf si on l'arrête",
    en="`tp9-web` restarts by itself, unless somebody stops it",
    hint=Hint(fr="l'aide de `docker update`, à `--restart`", en="the help of `docker update`, at `--restart`"),
)
def test_web_restarts(machine: Machine) -> None:
    expect(machine.container("web")).to_restart("unless-stopped", "always")


@check(
    points=2,
    fr="la mémoire et le processeur de `tp9-web` sont limités",
    en="memory and processor of `tp9-web` are limited",
)
def test_web_is_limited(machine: Machine) -> None:
    expect(machine.container("web")).to_be_limited(memory="128m", cpus=0.5)


@check(
    points=2,
    fr="le site est dans le volume `tp9-site`",
    en="the site is in the volume `tp9-site`",
)
def test_site_is_in_a_volume(machine: Machine) -> None:
    expect(machine.volume("site")).to_be_mounted()
    expect(machine.volume("site")).to_be_used()


@check(
    points=1,
    needs=[test_site_answers],
    fr="la page d'accueil est la tienne",
    en="the home page is yours",
)
def test_home_page_is_your_own(machine: Machine) -> None:
    expect(machine.site("web"), within_s=10).to_show_a_custom_page()


@check(
    points=2,
    needs=[test_site_is_in_a_volume],
    fr="la sauvegarde contient tous les fichiers du volume",
    en="the backup holds every file of the volume",
)
def test_backup_is_complete(machine: Machine) -> None:
    expect(machine.backup("site")).to_hold_the_files_of(machine.volume("site"))
    expect(machine.backup("site")).to_be_on_the_machine()


@check(
    points=2,
    explained_by=[test_backup_is_complete],
    fr="le volume `tp9-restored` contient la sauvegarde",
    en="the volume `tp9-restored` contains the backup",
)
def test_backup_is_restored(machine: Machine) -> None:
    expect(machine.volume("restored")).to_be_restored_from(machine.backup("site"))


@check(
    points=1,
    fr="la copie répond sur ton second port",
    en="the copy answers on your second port",
)
def test_copy_answers(machine: Machine) -> None:
    expect(machine.site("copy"), within_s=10).to_answer(from_container="copy")


@check(
    points=1,
    needs=[test_web_is_running, test_site_is_in_a_volume],
    disposable=True,
    fr="un nouveau conteneur `tp9-web` retrouve le site",
    en="a new container `tp9-web` finds the site again",
)
def test_site_survives(machine: Machine) -> None:
    expect(machine.volume("site")).to_survive_a_new_container()


@check(
    points=1,
    needs=[test_web_is_running, test_web_restarts],
    disposable=True,
    fr="quand nginx se termine, le moteur relance `tp9-web`",
    en="when nginx ends, the engine starts `tp9-web` again",
)
def test_web_comes_back(machine: Machine) -> None:
    expect(machine.container("web")).to_start_again_when_it_ends()
