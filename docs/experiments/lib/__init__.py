# SPDX-License-Identifier: GPL-2.0-or-later
"""What the experiments share: a lab, and how a story is told"""
