"""Eight simple questions about tp2's two containers: the same as in `stock/test_eight.py`, written for the grader."""

from __future__ import annotations

from grader import Machine, check, expect


@check(points=1, fr="web tourne", en="web runs")
def test_web_runs(machine: Machine) -> None:
    expect(machine.container("web")).to_stay_up()


@check(points=1, fr="web vient de nginx", en="web was made from nginx")
def test_web_is_nginx(machine: Machine) -> None:
    expect(machine.container("web")).to_be_created_from_its_image()


@check(points=1, fr="web est détaché", en="web is detached")
def test_web_is_detached(machine: Machine) -> None:
    expect(machine.container("web")).to_be_detached()


@check(points=1, fr="le port 80 de web est publié sur 4000", en="port 80 of web is published on 4000")
def test_web_is_published(machine: Machine) -> None:
    expect(machine.site("web")).to_be_published()


@check(points=1, fr="le dossier du site est monté dans web", en="the site's folder is mounted in web")
def test_site_is_mounted(machine: Machine) -> None:
    expect(machine.folder("site")).to_be_mounted()


@check(points=1, fr="hello existe", en="hello is there")
def test_hello_is_there(machine: Machine) -> None:
    expect(machine.container("hello")).to_exist()


@check(points=1, fr="hello vient d'ubuntu", en="hello was made from ubuntu")
def test_hello_is_ubuntu(machine: Machine) -> None:
    expect(machine.container("hello")).to_be_created_from_its_image()


# Not `to_be_mounted`, which needs a running container: `hello` prints its text and ends.
@check(points=1, fr="hello a dans app1 le fichier de la machine", en="hello has the machine's file in app1")
def test_app1_holds_hello(machine: Machine) -> None:
    expect(machine.folder("app1")).to_contain_file("hello", "hello world")
