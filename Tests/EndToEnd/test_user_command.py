"""`weir user`: what operators do about accounts, without a browser and without a server."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import termios
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from weir import processes
from weir.accounts import log_in, try_to_log_in, try_to_sign_up, when_not_too_busy
from weir.mongodb import MongoServer
from weir.mongodb import PASSWORD as MONGO_PASSWORD
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.stores import Store
from weir.users import Done, Users
from weir.waiting import PATIENCE_S, wait_until

_KEY = re.compile(r"weir_[A-Za-z0-9_-]{43}\n")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_GOOD = "correct horse battery"


@pytest.fixture
def users(weir_binaries: Path, tmp_path: Path) -> Users:
    """An empty store in a file."""
    return Users(data=tmp_path)


@pytest.fixture(params=["sqlite", "mongodb"])
def anywhere(
    request: pytest.FixtureRequest, weir_binaries: Path, make_store: Callable[[str], Store]
) -> Users:
    """An empty store of either kind."""
    return make_store(request.param).users


def assert_refused(done: Done, code: int, *mentions: str) -> None:
    """Nothing printed, and one line on standard error that begins in the house style."""
    assert done.returncode == code, done
    assert done.stdout == ""
    assert done.stderr.startswith("weir: ") and done.stderr.count("\n") == 1, done.stderr
    for mention in mentions:
        assert mention in done.stderr


def test_the_life_of_an_account(anywhere: Users) -> None:
    assert anywhere.add("Alice") and "alice" in anywhere.list()
    anywhere.add("bob")
    alice = anywhere.list()["alice"]
    assert alice["disabled"] is False and alice["streamKey"] is None
    assert _TIME.fullmatch(alice["createdAt"])

    first, second = anywhere.do("key", "alice"), anywhere.do("key", "alice")
    assert _KEY.fullmatch(first) and _KEY.fullmatch(second) and first != second
    assert _TIME.fullmatch(anywhere.list()["alice"]["streamKey"]["createdAt"])
    anywhere.do("key", "alice", "--remove")
    assert anywhere.list()["alice"]["streamKey"] is None

    anywhere.do("disable", "alice")
    assert anywhere.list()["alice"]["disabled"] is True
    anywhere.do("enable", "alice")
    assert anywhere.list()["alice"]["disabled"] is False

    anywhere.do("passwd", "alice", stdin=_GOOD + "\n")
    anywhere.do("delete", "alice", "--yes")
    assert list(anywhere.list()) == ["bob"]
    assert_refused(anywhere.run("key", "alice"), 1, "no account", "alice")


def test_a_list_is_in_columns_for_people(users: Users) -> None:
    for name in ("carol", "alice", "bob"):
        users.add(name)
    users.do("disable", "bob")
    users.key("carol")
    heading, *rows = users.do("list").splitlines()
    assert heading.split() == ["NAME", "CREATED", "STATE", "STREAM", "KEY"]
    assert [row.split()[0] for row in rows] == ["alice", "bob", "carol"]
    assert [row.split()[2] for row in rows] == ["active", "disabled", "active"]
    assert [row.split()[3] == "none" for row in rows] == [True, True, False]


def test_an_empty_list_is_empty(users: Users) -> None:
    users.add("alice")
    users.do("delete", "alice", "--yes")
    assert users.do("list", "--json") == ""
    assert len(users.do("list").splitlines()) == 1


def test_a_key_goes_alone_to_standard_output(users: Users) -> None:
    users.add("alice")
    done = users.run("key", "alice")
    assert _KEY.fullmatch(done.stdout)
    assert "this once" in done.stderr and done.stdout.strip() not in done.stderr


@pytest.mark.parametrize(
    ("name", "password", "code", "mention"),
    [
        ("a", _GOOD, 2, "3 to 32"), ("-alice", _GOOD, 2, "-alice"), ("a b c", _GOOD, 2, "3 to 32"),
        ("../../etc", _GOOD, 2, "3 to 32"), ("login", _GOOD, 2, "login"),
        ("alice", "short", 1, "at least 8"), ("alice", "password", 1, "guessed"),
        pytest.param("alice", "x" * 257, 1, "at most 256", id="long"),
        pytest.param("alice", "x" * 100_000, 1, "too long", id="endless"),
        ("alice-and-bob", "Alice-And-Bob", 1, "name"), ("alice", "", 1, "short"),
    ],
)
def test_what_cannot_be_an_account_is_said(
    users: Users, name: str, password: str, code: int, mention: str
) -> None:
    assert_refused(users.run("add", "--", name, stdin=password + "\n"), code, mention)
    assert "alice" not in (users.list() if users.run("list").returncode == 0 else {})


def test_a_password_is_needed(users: Users) -> None:
    assert_refused(users.run("add", "alice"), 1, "no password", "standard input")


def test_a_password_that_is_no_text_is_refused(users: Users) -> None:
    done = subprocess.run(
        users.command("add", "alice"), input=b"\xff" * 12 + b"\n", env=users.environment,
        capture_output=True, timeout=2 * PATIENCE_S,
    )
    assert done.returncode == 1 and b"UTF-8" in done.stderr


def test_a_name_is_taken_once(anywhere: Users) -> None:
    anywhere.add("alice")
    assert_refused(anywhere.run("add", "ALICE", stdin=_GOOD + "\n"), 1, "already", "ALICE")


def test_what_a_process_of_the_same_number_left_behind_is_no_news(users: Users) -> None:
    """libmongoc would warn that its counters, /dev/shm/mongoc-PID, are there already."""
    users.add("alice")
    command = 'file=/dev/shm/mongoc-$$; : >"$file" && echo "$file" && exec "$@"'
    done = subprocess.run(
        ["sh", "-c", command, "sh", *users.command("disable", "alice")], env=users.environment,
        capture_output=True, text=True, timeout=2 * PATIENCE_S,
    )
    Path(done.stdout.splitlines()[0]).unlink()
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("verb", ["passwd", "key", "disable", "enable", "delete"])
@pytest.mark.parametrize("name", ["nobody", "no body", "login"])
def test_an_unknown_user_is_said(users: Users, verb: str, name: str) -> None:
    users.add("alice")
    more = ["--yes"] if verb == "delete" else []
    assert_refused(users.run(verb, name, *more, stdin=_GOOD + "\n"), 1, "no account", name)


@pytest.mark.parametrize("verb", ["passwd", "key", "list", "disable", "enable", "delete"])
def test_only_add_makes_a_file(users: Users, tmp_path: Path, verb: str) -> None:
    """A slip in the settings must not end as a new, empty store."""
    name = [] if verb == "list" else ["alice"]
    assert_refused(users.run(verb, *name), 1, str(tmp_path), "--data")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_directory_is_said(weir_binaries: Path, tmp_path: Path) -> None:
    nowhere = Users(data=tmp_path / "nowhere")
    assert_refused(nowhere.run("add", "alice", stdin=_GOOD), 1, "nowhere", "weir serve once")
    assert not (tmp_path / "nowhere").exists()


def test_what_is_no_store_is_said(weir_binaries: Path, tmp_path: Path) -> None:
    file = tmp_path / "noise.db"
    file.write_bytes(os.urandom(8192))
    assert_refused(Users(f"sqlite:{file}").run("list"), 1, "noise.db")


@pytest.mark.parametrize(
    ("arguments", "mention"),
    [
        (["add"], "weir user add --help"), (["ad", "alice"], "did you mean add?"),
        (["list", "--cert", "x"], "weir user list --help"),
        (["list", "--accounts", "users.db"], "--accounts"),
        (["list", "--config", "/nowhere/weir.toml"], "/nowhere/weir.toml"),
    ],
)
def test_a_wrong_command_line_is_one_line(users: Users, arguments: list[str], mention: str) -> None:
    done = users.run(*arguments)
    assert_refused(done, 1 if "/nowhere" in mention else 2, mention)


def test_every_command_has_help(users: Users) -> None:
    overview = users.do("--help")
    for verb in ("add", "passwd", "key", "list", "disable", "enable", "delete"):
        assert verb in overview
        text = users.do(verb, "--help")
        for flag in ("--accounts", "--data", "--config"):
            assert flag in text
        assert "--cert" not in text


def test_the_configuration_file_of_the_server_serves(
    weir_binaries: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    file = tmp_path / "weir.toml"
    file.write_text("cert = \"/nowhere\"\nport-typo = 1\n")
    users = Users()
    assert_refused(users.run("list", "--config", str(file)), 2, "weir.toml:2")
    file.write_text(f'cert = "/nowhere"\naccounts = "sqlite:{tmp_path}/elsewhere/u.db"\n')
    assert tomllib.loads(file.read_text())["accounts"].startswith("sqlite:")
    users.do("add", "alice", "--config", str(file), stdin=_GOOD)
    assert (tmp_path / "elsewhere" / "u.db").exists()


def test_a_file_that_root_makes_is_its_directory_owners(users: Users, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root makes files for others")
    owner = 65534
    os.chown(tmp_path, owner, owner)
    users.add("alice")
    users.key("alice")
    for file in tmp_path.iterdir():
        assert file.stat().st_uid == owner, file
    assert (tmp_path / "accounts.sqlite").stat().st_mode & 0o777 == 0o600


def test_a_list_that_cannot_be_written_is_an_error(users: Users) -> None:
    users.add("alice")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            users.command("list"), env=users.environment, stdout=full, stderr=subprocess.PIPE,
            text=True, timeout=2 * PATIENCE_S,
        )
    assert done.returncode == 1 and "No space left" in done.stderr


def test_many_users_are_all_listed_once(users: Users) -> None:
    """More than are asked for at once."""
    names = [f"user-{number:03}" for number in range(12)]
    for name in names:
        users.add(name)
    assert list(users.list()) == names


# A terminal


class Terminal:
    """A person at a terminal who runs one command."""

    def __init__(self, users: Users, *arguments: str, shell: str | None = None) -> None:
        """`shell` is what a shell does with the command, which it finds in "$@"."""
        command = users.command(*arguments)
        self._master, self.slave = pty.openpty()
        self.shown = ""
        self.process = subprocess.Popen(
            ["sh", "-mc", shell, "sh", *command] if shell else command, env=users.environment,
            stdin=self.slave, stdout=self.slave, stderr=self.slave, start_new_session=True,
            preexec_fn=lambda: _control(self.slave),
        )

    def expect(self, text: str) -> None:
        """Wait until this has been shown, after what was waited for before."""
        def is_there() -> bool:
            while select.select([self._master], [], [], 0)[0]:
                self.shown += os.read(self._master, 4096).decode()
            return text in self.shown
        wait_until(is_there, f"the terminal to show {text!r}")

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def shows_typing(self) -> bool:
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def end(self) -> int:
        code = self.process.wait(PATIENCE_S)
        while select.select([self._master], [], [], 0)[0]:
            self.shown += os.read(self._master, 4096).decode()
        return code

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)
        os.close(self.slave)


def _control(terminal: int) -> None:
    """Make it the controlling terminal, so that Ctrl-C reaches the command; what runs in the
    background of a script would ignore it, and so would its children."""
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
        signal.signal(number, signal.SIG_DFL)


SitDown = Callable[..., Terminal]


@pytest.fixture
def sit_down(users: Users) -> Iterator[SitDown]:
    terminals: list[Terminal] = []

    def run(*arguments: str, shell: str | None = None) -> Terminal:
        terminals.append(Terminal(users, *arguments, shell=shell))
        return terminals[-1]

    yield run
    for terminal in terminals:
        terminal.close()


def test_a_password_is_asked_for_twice_and_never_shown(users: Users, sit_down: SitDown) -> None:
    terminal = sit_down("add", "alice")
    terminal.expect("New password for alice: ")
    assert not terminal.shows_typing()
    terminal.type(_GOOD + "\n")
    terminal.expect("The same again: ")
    terminal.type(_GOOD + "\n")
    terminal.expect("alice has an account")
    assert terminal.end() == 0
    assert _GOOD not in terminal.shown and terminal.shows_typing()
    assert "alice" in users.list()


def test_two_passwords_that_differ_change_nothing(users: Users, sit_down: SitDown) -> None:
    terminal = sit_down("add", "alice")
    terminal.expect("New password")
    terminal.type(_GOOD + "\n")
    terminal.expect("again: ")
    terminal.type(_GOOD + "!\n")
    terminal.expect("differ")
    assert terminal.end() == 1 and terminal.shows_typing()
    assert users.list() == {}


def test_a_taken_name_is_said_before_anything_is_typed(users: Users, sit_down: SitDown) -> None:
    users.add("alice")
    terminal = sit_down("add", "alice")
    terminal.expect("already")
    assert terminal.end() == 1 and "password for" not in terminal.shown


@pytest.mark.parametrize("question", ["New password", "again: "])
def test_ctrl_c_leaves_the_terminal_as_it_was(
    users: Users, sit_down: SitDown, question: str
) -> None:
    terminal = sit_down("add", "alice")
    terminal.expect("New password")
    if question != "New password":
        terminal.type(_GOOD + "\n")
    terminal.expect(question)
    assert not terminal.shows_typing()
    terminal.type("half\x03")
    assert terminal.end() == -signal.SIGINT
    assert terminal.shows_typing()
    assert users.list() == {}


def test_a_stopped_question_is_asked_again(users: Users, sit_down: SitDown) -> None:
    terminal = sit_down("add", "alice", shell='"$@"; echo stopped; read line; fg')
    terminal.expect("New password")
    terminal.type("half\x1a")
    terminal.expect("stopped")
    assert terminal.shows_typing()
    terminal.shown = ""
    terminal.type("\n")
    terminal.expect("New password")
    assert not terminal.shows_typing()
    terminal.type(_GOOD + "\n")
    terminal.expect("again: ")
    terminal.type(_GOOD + "\n")
    assert terminal.end() == 0 and "alice" in users.list()


def test_the_end_of_input_is_no_password(users: Users, sit_down: SitDown) -> None:
    terminal = sit_down("add", "alice")
    terminal.expect("New password")
    terminal.type("\x04")
    terminal.expect("nothing has been changed")
    assert terminal.end() == 1 and terminal.shows_typing()


@pytest.mark.parametrize(("answer", "is_gone"), [("yes", True), ("y", False), ("", False)])
def test_deleting_asks(users: Users, sit_down: SitDown, answer: str, is_gone: bool) -> None:
    users.add("alice")
    terminal = sit_down("delete", "alice")
    terminal.expect("Type yes")
    assert terminal.shows_typing()
    terminal.type(answer + "\n")
    assert terminal.end() == (0 if is_gone else 1)
    assert ("alice" in users.list()) != is_gone


def test_deleting_without_a_terminal_needs_yes(users: Users) -> None:
    users.add("alice")
    assert_refused(users.run("delete", "alice", stdin="yes\n"), 2, "--yes")
    assert "alice" in users.list()


# Beside a server that runs


def test_a_running_server_heeds_every_command(
    anywhere: Users, start_server: Callable[..., Server], publish: Callable[..., Publisher]
) -> None:
    server = start_server(
        "--signup", "closed", publish="account", accounts=anywhere.environment["WEIR_ACCOUNTS"])

    def refusal(secret: str) -> str | None:
        return when_not_too_busy(lambda: try_to_log_in(server, "alice", secret)).problem

    assert try_to_sign_up(server, "alice").problem == "signup-closed"
    password = anywhere.add("alice")
    session = log_in(server, "alice", password)

    new = _GOOD + "!"
    anywhere.do("passwd", "alice", stdin=new + "\n")
    wait_until(lambda: not session.is_valid, "the session to end with the password")
    assert refusal(password) == "wrong-credentials"
    session = log_in(server, "alice", new)

    def broadcast() -> Publisher:
        headers = {"authorization": f"Bearer {anywhere.key('alice')}"}
        publisher = publish(server, "alice", headers=headers).play(record(seconds=LASTING_S))
        server.wait_for_state("alice", "live")
        return publisher

    publisher = broadcast()
    anywhere.do("key", "alice", "--remove")
    assert publisher.answer().status == 401
    publisher = broadcast()
    anywhere.do("disable", "alice")
    assert publisher.answer().problem == "account-disabled"
    wait_until(lambda: not session.is_valid, "the session to end with the account")
    assert refusal(new) == "account-disabled"
    anywhere.do("enable", "alice")
    session = log_in(server, "alice", new)

    anywhere.do("delete", "alice", "--yes")
    wait_until(lambda: not session.is_valid, "the session to end with the user")
    assert refusal(new) == "wrong-credentials"


# Secrets, and stores that do not answer


def test_nobody_who_lists_processes_sees_a_password(
    mongodb: MongoServer, weir_binaries: Path
) -> None:
    """The URI comes from the environment; while the command waits, its arguments are looked at."""
    terminal = Terminal(Users(mongodb.uri), "add", "somebody")
    try:
        terminal.expect("New password")
        arguments = " ".join(processes.command_line(terminal.process.pid))
        assert "weir-worker" in arguments and "somebody" in arguments
        assert "mongodb" not in arguments
        terminal.type("\x04")
        assert terminal.end() == 1
    finally:
        terminal.close()


def test_a_database_that_is_gone_is_one_line_without_its_password(
    mongodb: MongoServer, weir_binaries: Path
) -> None:
    users = Users(mongodb.uri.replace(f":{mongodb.port}/", ":9/"))
    done = users.run("list")
    assert_refused(done, 1, "cannot be used", "mongodb://weir:***@127.0.0.1:9/")
    assert MONGO_PASSWORD not in done.stderr and "p%40ss" not in done.stderr


def test_a_wrong_password_of_the_database_is_one_line(
    mongodb: MongoServer, weir_binaries: Path
) -> None:
    done = Users(mongodb.uri_with("weir:wr0ngsecret@")).run("add", "alice", stdin=_GOOD)
    assert_refused(done, 1, "cannot be used")
    assert "wr0ngsecret" not in done.stderr


def test_a_missing_worker_is_said(users: Users, tmp_path: Path) -> None:
    users.environment["WEIR_WORKER"] = str(tmp_path / "nothing")
    assert_refused(users.run("list"), 1, "nothing", "beside weir")
