"""Run the whole product on this machine: web server and job worker together."""

import json
import os
import sys
from io import StringIO
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import connections

from clc_manager.startup import Programs, answers, port_is_free, prepare_database, web_server

STOPPED_BEFORE_START = 130  # as shells report Ctrl-C
NO_WORDS = {"k", "khong", "không", "n", "no"}


class Command(BaseCommand):
    """Prepare the database, offer the demo city on a first start, serve until Ctrl-C."""

    help = "Start web server and job worker (PORT, CLC_HOST, CLC_DEMO=0|1); ./run calls it."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 0 when stopped by Ctrl-C or SIGTERM, 1 when a program ended by itself or could not start."""
        host, port = os.environ.get("CLC_HOST", "127.0.0.1"), self._port()
        if not port_is_free(host, port):
            raise CommandError(f"Cổng {port} đang được chương trình khác dùng. Hãy chọn cổng khác: PORT=8001 ./run")
        try:
            users = self._prepare()
        except KeyboardInterrupt:
            self._say("Đã dừng.")
            sys.exit(STOPPED_BEFORE_START)
        code = Programs(self._commands(host, port)).run(
            when_started=lambda: answers(host, port),
            then=lambda: self._announce(port, users),
            died=lambda name, code: self._say(f"{name} đã dừng ngoài ý muốn (mã {code}); dừng tất cả."),
        )
        self._say("Đã dừng.")
        sys.exit(code)

    def _prepare(self) -> list[dict[str, str]]:
        """Everything before serving; return the demo sign-ins."""
        self._say("Đang chuẩn bị cơ sở dữ liệu …")
        prepare_database(sys.stderr)
        if settings.IS_PRODUCTION:
            call_command("collectstatic", interactive=False, verbosity=0)
        else:
            self._offer_demo()
        users = self._demo_users()
        connections.close_all()
        return users

    def _port(self) -> int:
        text = os.environ.get("PORT") or "8000"
        if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
            raise CommandError(f"PORT={text!r} không phải là số cổng từ 1 đến 65535.")
        return int(text)

    def _commands(self, host: str, port: int) -> dict[str, list[str]]:
        manage = str(settings.BASE_DIR / "manage.py")
        return {
            "Máy chủ web": web_server(host, port, "clc_manager.wsgi:application"),
            "Bộ chạy việc nền": [sys.executable, manage, "ox_worker", "--interval", "0.5", "--verbosity", "0"],
        }  # fmt: skip

    def _offer_demo(self) -> None:
        """Seed the demo city into an empty system: ask on a terminal, follow CLC_DEMO (default yes) without one."""
        if get_user_model().objects.exists() or "seed_demo" not in get_commands():
            return
        wanted = os.environ.get("CLC_DEMO", "").strip()
        if wanted == "0":
            return
        on_terminal = sys.stdin.isatty() and sys.stdout.isatty()
        if not wanted and on_terminal and self._declines("Chưa có dữ liệu. Tạo thành phố mẫu để dùng thử? [C/k] "):
            self._say("Tạo người dùng đầu tiên bằng: ./run manage create_user --help")
            return
        self._say("Đang tạo thành phố mẫu, mất chừng một phút …")
        call_command("seed_demo", as_json=True, stdout=StringIO(), stderr=sys.stderr)

    def _declines(self, question: str) -> bool:
        try:
            return input(question).strip().lower() in NO_WORDS
        except EOFError:  # Ctrl-D: no answer is no consent
            return True

    def _demo_users(self) -> list[dict[str, str]]:
        """The demo sign-ins that are still there; [] outside a demo city."""
        if settings.IS_PRODUCTION or "demo_users" not in get_commands():
            return []
        out = StringIO()
        call_command("demo_users", as_json=True, stdout=out, stderr=sys.stderr)
        users: list[dict[str, str]] = json.loads(out.getvalue())["users"]
        return users

    def _announce(self, port: int, users: list[dict[str, str]]) -> None:
        self._say("")
        address = settings.PUBLIC_BASE_URL if settings.IS_PRODUCTION else f"http://localhost:{port}"
        self._say(f"  clc_manager đang chạy: {address}/")
        if users:
            self._say("  Tài khoản dùng thử (tên / mật khẩu / vai trò / phạm vi):")
            for user in users:
                self._say(f"    {user['username']:<20} {user['password']:<20} {user['role']:<20} {user['scope']}")
        self._say("  Dừng bằng Ctrl-C.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
